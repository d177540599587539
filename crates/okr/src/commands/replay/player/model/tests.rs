//! Given a film, when keys are pressed, then this is shown or asked for.

use super::*;

/// A film with a frame a day; amendments are at the frames that are named.
fn film(frames: usize, amendments: &[usize]) -> Film {
    let mark = |frame: usize| Mark {
        at: Timestamp::from_second(i64::try_from(frame).unwrap() * 86_400).unwrap(),
        landmark: amendments.contains(&frame).then_some(Landmark::Amended),
    };
    Film {
        marks: (0..frames).map(mark).collect(),
    }
}

fn given(frames: usize, amendments: &[usize]) -> Model {
    let teams = vec!["platform".to_owned(), "web".to_owned()];
    Model::new(film(frames, amendments), teams, None)
}

/// Presses keys; `_` is the space bar.
fn when(model: &mut Model, keys: &str) -> Wish {
    let mut wish = Wish::Nothing;
    for key in keys.chars() {
        assert_eq!(wish, Wish::Nothing, "a wish before the last key");
        wish = model.key(Key::Char(if key == '_' { ' ' } else { key }));
    }
    wish
}

fn said(model: &Model) -> &str {
    model
        .message
        .as_ref()
        .map_or("", |message| message.text.as_str())
}

#[test]
fn steps_stay_within_the_film() {
    let mut model = given(3, &[]);
    when(&mut model, "h");
    assert_eq!((model.frame, said(&model)), (0, "this is the first frame"));
    when(&mut model, "ll");
    assert_eq!((model.frame, said(&model)), (2, ""));
    when(&mut model, "l");
    assert_eq!((model.frame, said(&model)), (2, "this is the last frame"));
    model.key(Key::Home);
    assert_eq!(model.frame, 0);
    model.key(Key::End);
    assert_eq!(model.frame, 2);
    model.key(Key::Left);
    assert_eq!(model.frame, 1);
    model.key(Key::Right);
    assert_eq!(model.frame, 2);
}

#[test]
fn playing_goes_to_the_end_and_begins_again() {
    let mut model = given(3, &[]);
    model.tick();
    assert_eq!(model.frame, 0, "nothing moves before it is played");
    assert_eq!(model.pace(), None);
    when(&mut model, "_");
    assert_eq!(model.pace(), Some(Duration::from_secs(1)));
    model.tick();
    assert!(model.is_playing && model.frame == 1);
    model.tick();
    assert!(!model.is_playing && model.frame == 2);
    assert!(said(&model).starts_with("the end"), "{}", said(&model));
    when(&mut model, "_");
    assert!(model.is_playing && model.frame == 0);
    when(&mut model, "_");
    assert!(!model.is_playing);
}

#[test]
fn a_step_ends_playing_and_a_film_of_one_frame_does_not_play() {
    let mut model = given(5, &[]);
    when(&mut model, "_l");
    assert!(!model.is_playing && model.frame == 1);
    let mut model = given(1, &[]);
    when(&mut model, "_");
    assert!(!model.is_playing);
    assert_eq!(said(&model), "there is one frame only");
}

#[test]
fn amendments_are_found_both_ways() {
    let mut model = given(9, &[2, 6]);
    when(&mut model, "n");
    assert_eq!(model.frame, 2);
    when(&mut model, "a");
    assert_eq!(model.frame, 6);
    when(&mut model, "n");
    assert_eq!(
        (model.frame, said(&model)),
        (6, "no amendment after this frame")
    );
    when(&mut model, "p");
    assert_eq!(model.frame, 2);
    when(&mut model, "p");
    assert_eq!(
        (model.frame, said(&model)),
        (2, "no amendment before this frame")
    );
}

#[test]
fn speed_has_a_least_and_a_most() {
    let mut model = Model::new(film(3, &[]), Vec::new(), Some("4"));
    assert_eq!(model.speed(), "4");
    when(&mut model, "++++");
    assert_eq!((model.speed(), said(&model)), ("16", "16 frames a second"));
    when(&mut model, "---------_");
    assert_eq!(model.speed(), "0.25");
    assert_eq!(model.pace(), Some(Duration::from_secs(4)));
}

#[test]
fn a_moment_is_typed_and_then_asked_for() {
    let mut model = given(9, &[]);
    when(&mut model, "_glast_monday");
    assert_eq!(model.mode, Mode::Asking("last monday".to_owned()));
    assert!(!model.is_playing, "the film waits meanwhile");
    model.key(Key::Backspace);
    assert_eq!(model.key(Key::Enter), Wish::Find("last monda".to_owned()));
    assert_eq!(model.mode, Mode::Watching);
    model.refuse("\"last monda\" is no date or time".to_owned());
    assert!(model.message.as_ref().unwrap().is_bad);
    model.found(Some(4), "Mon 2026-11-02 24:00");
    assert_eq!((model.frame, said(&model)), (4, "at Mon 2026-11-02 24:00"));
    model.found(None, "Mon 2025-11-02 24:00");
    assert_eq!(model.frame, 0);
    assert!(said(&model).contains("before the first frame"));
}

#[test]
fn a_question_can_be_taken_back() {
    for key in [Key::Escape, Key::Backspace, Key::Enter] {
        let mut model = given(9, &[]);
        when(&mut model, "g");
        assert_eq!(model.key(key), Wish::Nothing, "{key:?}");
        assert_eq!(model.mode, Mode::Watching);
    }
    let mut model = given(9, &[]);
    when(&mut model, "g");
    when(&mut model, &"x".repeat(500));
    assert_eq!(model.mode, Mode::Asking("x".repeat(QUESTION_LENGTH_MAX)));
}

#[test]
fn teams_come_in_turns_and_the_moment_stays() {
    let mut model = given(9, &[]);
    model.key(Key::End);
    when(&mut model, "hh");
    assert_eq!(when(&mut model, "t"), Wish::Cut(Some(0)));
    // The team has every other frame.
    let mut marks = film(9, &[]).marks;
    marks.retain(|mark| mark.at.as_second() % (2 * 86_400) == 0);
    model.cut(Some(0), Film { marks });
    assert_eq!(
        (model.team, model.frame),
        (Some(0), 3),
        "day 6 of days 0, 2, 4, 6, 8"
    );
    assert_eq!(said(&model), "team platform: 5 frames");
    assert_eq!(when(&mut model, "t"), Wish::Cut(Some(1)));
    model.cut(Some(1), Film { marks: Vec::new() });
    assert_eq!((model.team, model.frame), (Some(0), 3));
    assert_eq!(said(&model), "nothing changed for team web");
    assert_eq!(when(&mut model, "T"), Wish::Cut(None));
    model.cut(None, film(9, &[]));
    assert_eq!((model.team, model.frame), (None, 6));
    assert_eq!(when(&mut model, "T"), Wish::Cut(Some(1)));
}

#[test]
fn goals_of_one_team_are_not_filtered() {
    let mut model = Model::new(film(3, &[]), Vec::new(), None);
    assert_eq!(when(&mut model, "t"), Wish::Nothing);
    assert_eq!(said(&model), "these goals are of one team");
    assert_eq!(when(&mut model, "T"), Wish::Nothing);
}

#[test]
fn lists_scroll_within_what_was_seen_and_begin_anew_in_each_frame() {
    let mut model = given(3, &[]);
    let extent = |top, last_top| Extent {
        top,
        last_top,
        height: 5,
    };
    model.seen = (extent(3, 4), extent(0, 7));
    when(&mut model, "j");
    assert_eq!(model.goals_top, Some(4));
    model.seen.0.top = 4;
    model.key(Key::Down);
    assert_eq!(model.goals_top, Some(4), "no further");
    model.key(Key::Up);
    assert_eq!(model.goals_top, Some(3));
    model.key(Key::PageDown);
    assert_eq!(model.changes_top, 5);
    model.seen.1.top = 5;
    model.key(Key::PageDown);
    assert_eq!(model.changes_top, 7, "no further");
    model.seen.1.top = 2;
    model.key(Key::PageUp);
    assert_eq!(model.changes_top, 0);
    model.changes_top = 3;
    when(&mut model, "l");
    assert_eq!((model.goals_top, model.changes_top), (None, 0));
}

#[test]
fn there_are_three_ways_out() {
    assert_eq!(when(&mut given(3, &[]), "q"), Wish::Quit);
    assert_eq!(given(3, &[]).key(Key::Escape), Wish::Quit);
    let mut model = given(3, &[]);
    when(&mut model, "g");
    assert_eq!(
        model.key(Key::Interrupt),
        Wish::Interrupt,
        "also from a question"
    );
}

#[test]
fn any_key_closes_the_help_and_does_nothing_else() {
    let mut model = given(3, &[]);
    when(&mut model, "?");
    assert_eq!(model.mode, Mode::Help);
    assert_eq!(when(&mut model, "q"), Wish::Nothing);
    assert_eq!(model.mode, Mode::Watching);
    when(&mut model, "x");
    assert!(said(&model).contains('?'));
}
