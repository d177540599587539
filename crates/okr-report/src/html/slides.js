
// Shows one slide at a time. The number of the slide is the fragment of the address.
(() => {
  'use strict';
  const slides = [...document.querySelectorAll('.slide')];
  const place = document.getElementById('place');
  const keys = document.getElementById('keys');
  let at = -1;

  const show = (wanted) => {
    const next = Math.min(Math.max(wanted, 0), slides.length - 1);
    slides.forEach((slide, number) => { slide.hidden = number !== next; });
    place.textContent = `${next + 1} / ${slides.length}`;
    if (next === at) return;
    at = next;
    location.replace(`#${at + 1}`);
    slides[at].scrollTop = 0;
    // Whoever hears the page hears the name of the new slide, and arrows scroll what is too long.
    slides[at].focus({ preventScroll: true });
  };
  const asked = () => (Number.parseInt(location.hash.slice(1), 10) || 1) - 1;
  const help = () => (keys.open ? keys.close() : keys.showModal());
  const full = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  };
  // A wide table keeps the arrows that scroll it.
  const scrolls = (element) => {
    const wide = element.closest('.wide');
    return wide && wide.scrollWidth > wide.clientWidth;
  };

  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === '?') return help();
    if (keys.open || (event.target.closest('button') && [' ', 'Enter'].includes(event.key))) return;
    const target = {
      ArrowRight: at + 1, PageDown: at + 1, ' ': event.shiftKey ? at - 1 : at + 1,
      ArrowLeft: at - 1, PageUp: at - 1, Home: 0, End: slides.length - 1,
    }[event.key];
    if (target === undefined) {
      if (event.key.toLowerCase() === 'f') full();
      return;
    }
    if (event.key.startsWith('Arrow') && scrolls(event.target)) return;
    event.preventDefault();
    show(target);
  });
  addEventListener('hashchange', () => show(asked()));
  document.getElementById('back').addEventListener('click', () => show(at - 1));
  document.getElementById('on').addEventListener('click', () => show(at + 1));
  document.getElementById('full').addEventListener('click', full);
  document.getElementById('help').addEventListener('click', help);

  document.documentElement.classList.add('shown');
  document.querySelector('nav').hidden = false;
  show(asked());
})();
