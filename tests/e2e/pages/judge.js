// What can be found wrong with a page by looking at it as it is drawn: returns a list of faults, in words.
(() => {
  const faults = [];
  const fault = (what, element) => faults.push(element ? `${what}: ${element.outerHTML.slice(0, 160)}` : what);
  const all = (selector) => [...document.querySelectorAll(selector)];

  if (!document.documentElement.lang) fault('no language');
  if (!document.title.trim()) fault('no title');
  if (all('main').length !== 1) fault('not one main part');
  if (all('h1').length !== 1) fault('not one heading of the first level');
  let level = 0;
  for (const heading of all('h1,h2,h3,h4,h5,h6')) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) fault(`a heading of level ${own} after one of level ${level}`, heading);
    if (!heading.textContent.trim()) fault('an empty heading', heading);
    level = own;
  }

  const ids = all('[id]').map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) fault(`two elements have the id ${id}`);
  for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls']) {
    for (const element of all(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(' ')) if (!ids.includes(id)) fault(`${attribute} names nothing`, element);
    }
  }

  for (const table of all('table')) {
    if (!table.caption && !table.getAttribute('aria-labelledby')) fault('a table without a caption', table);
    const widths = new Set([...table.rows].map((row) => [...row.cells].reduce((sum, cell) => sum + cell.colSpan, 0)));
    if (widths.size > 1) fault(`rows of ${[...widths]} cells`, table);
  }
  for (const head of all('th')) if (!head.scope) fault('a head without a scope', head);
  for (const picture of all('svg')) {
    const isNamed = picture.getAttribute('role') === 'img' && (picture.getAttribute('aria-labelledby') || picture.getAttribute('aria-label'));
    if (!isNamed && picture.getAttribute('aria-hidden') !== 'true') fault('a picture without a name', picture);
  }

  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) fault(`the page is ${page.scrollWidth} wide in a window of ${page.clientWidth}`);
  for (const element of all('body *')) {
    const style = getComputedStyle(element);
    const scrolls = ['auto', 'scroll'].includes(style.overflowX) && element.scrollWidth > element.clientWidth;
    if (scrolls && element.tabIndex < 0) fault('only a pointer can scroll', element);
  }

  const colour = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return parts.length === 3 ? [...parts, 1] : parts;
  };
  const over = (front, back) => [0, 1, 2].map((index) => front[index] * front[3] + back[index] * (1 - front[3])).concat(1);
  const known = new Map();
  const behind = (element) => {
    if (!element) return [255, 255, 255, 1];
    if (!known.has(element)) {
      let back = over(colour(getComputedStyle(element).backgroundColor), behind(element.parentElement));
      const page = element.tagName === 'svg' && element.querySelector(':scope > rect.page');
      if (page) back = over(colour(getComputedStyle(page).fill), back);
      known.set(element, back);
    }
    return known.get(element);
  };
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const isWords = walker.currentNode.textContent.trim() && !element.closest('style,script,title,desc') && element.checkVisibility({ visibilityProperty: true });
    if (!isWords) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const own = colour(element.closest('svg') ? style.fill : style.color);
    const [light, dark] = [luminance(over(own, back)), luminance(back)].sort((one, other) => other - one);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < needed) fault(`a contrast of ${contrast.toFixed(2)}`, element);
  }
  return faults;
})()
