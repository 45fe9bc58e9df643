use super::*;

fn chart(points: Vec<(u64, f64)>, chosen: Option<u64>) -> Chart {
    let curve = Curve { name: "a<b".into(), color: 1, points, chosen, smooth: false };
    let (title, note, unit) = ("Loss".into(), String::new(), "nats".into());
    Chart { title, note, unit, span: Span::AtLeast(0.0, 1.0), end: 1000, curves: vec![curve] }
}

/// 52 to 426 across, 198 up to 28: computed by hand from the margins.
#[test]
fn points_are_drawn_where_the_axes_say() {
    let figure = chart(vec![(0, 0.0), (500, 0.5), (1000, 1.0)], Some(500)).figure();
    assert!(figure.contains("d=\"M52.0 198.0L239.0 113.0L426.0 28.0\""), "{figure}");
    assert!(figure.contains("<circle class=\"ring\" cx=\"239.0\" cy=\"113.0\""), "{figure}");
    assert!(figure.contains("chosen: 0.5000 at step 500"), "{figure}");
    assert!(figure.contains("<title>step 500\na&lt;b: 0.5000</title>"), "{figure}");
}

#[test]
fn what_is_not_a_number_is_left_out() {
    let figure = chart(vec![(0, 0.0), (500, f64::NAN), (1000, 1.0)], None).figure();
    assert!(figure.contains("d=\"M52.0 198.0L426.0 28.0\""), "{figure}");
    assert_eq!(chart(vec![(0, f64::INFINITY)], None).figure(), "");
}

#[test]
fn long_curves_become_means_of_neighbours() {
    let points: Vec<(u64, f64)> = (0..1000).map(|step| (step, (step % 3) as f64)).collect();
    let thin = thinned(points.clone());
    // 1000 in threes: 333 means of 0, 1 and 2, and the last point alone, whose value is 999 % 3.
    assert_eq!(thin.len(), 334);
    assert_eq!((thin[0], thin[333]), ((2, 1.0), (999, 0.0)));
    assert_eq!(thinned(points[..400].to_vec()), points[..400]);
}

#[test]
fn a_running_mean_keeps_straight_lines_and_both_ends() {
    let line: Vec<(u64, f64)> = (0..200).map(|step| (step, 2.0 * step as f64)).collect();
    assert!(smoothed(&line).iter().zip(&line).all(|(a, b)| (a.1 - b.1).abs() < 1e-9));
    let mut spike = vec![0.0; 99];
    spike[50] = 5.0;
    let spike: Vec<(u64, f64)> = (0..).zip(spike).collect();
    // 99 / 25 / 2 = 1 neighbour on each side.
    assert_eq!(
        smoothed(&spike)[48..53].iter().map(|point| (point.1 * 3.0).round()).collect::<Vec<_>>(),
        [0.0, 5.0, 5.0, 5.0, 0.0]
    );
}
