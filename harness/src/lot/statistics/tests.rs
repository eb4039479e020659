use super::*;
use proptest::prelude::*;

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

#[test]
fn a_summary_by_hand() {
    // Deviations −3, −1, −1, −1, 0, 0, 2, 4 of the mean 5: squares 32, over 7.
    let summary = Summary::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
    assert_eq!((summary.count, summary.mean, summary.least, summary.greatest), (8, 5.0, 2.0, 9.0));
    assert!(close(summary.sigma.unwrap(), (32f64 / 7.0).sqrt()));
    assert_eq!(Summary::of(&[]), None);
    assert_eq!(Summary::of(&[3.0]).unwrap().sigma, None);
    assert_eq!(Summary::of(&[0.1; 7]).unwrap().sigma, Some(0.0));
}

#[test]
fn capability_by_hand() {
    // Mean 10, sigma 1.
    let summary = Summary::of(&[9.0, 10.0, 11.0]).unwrap();
    let cpk = |lower, upper| capability(&summary, Limits { lower, upper });
    assert_eq!(cpk(Some(4.0), Some(13.0)), Some(Cpk(1.0)));
    assert_eq!(cpk(Some(4.0), None), Some(Cpk(2.0)));
    assert_eq!(cpk(None, Some(13.0)), Some(Cpk(1.0)));
    assert_eq!(cpk(None, Some(7.0)), Some(Cpk(-1.0)), "the mean itself is outside");
    assert_eq!(cpk(None, None), None);
    let limits = Limits { lower: Some(0.0), upper: None };
    assert_eq!(capability(&Summary::of(&[5.0, 5.0]).unwrap(), limits), None);
    assert_eq!(capability(&Summary::of(&[5.0]).unwrap(), limits), None);
}

#[test]
fn equal_values_share_their_ranks() {
    assert_eq!(ranks(&[30.0, 10.0, 20.0, 20.0]), [4.0, 1.0, 2.5, 2.5]);
    assert_eq!(ranks(&[1.0, 1.0, 1.0]), [2.0, 2.0, 2.0]);
    assert!(ranks(&[]).is_empty());
}

#[test]
fn rank_correlations_by_hand() {
    let rho = |one: &[f64], other: &[f64]| rank_correlation(one, other).map(|rho| rho.0);
    // Without ties: 1 − 6Σd²/(n(n² − 1)); d = 0, −1, 1, 0 gives 1 − 12/60.
    assert!(close(rho(&[1.0, 2.0, 3.0, 4.0], &[10.0, 30.0, 20.0, 40.0]).unwrap(), 0.8));
    // Two of four failed, those with the least: centred ranks against ±1, (−1.5 − 0.5 − 0.5 − 1.5) / √(5 · 4).
    assert!(close(rho(&[1.0, 2.0, 3.0, 4.0], &[1.0, 1.0, 0.0, 0.0]).unwrap(), -4.0 / 20f64.sqrt()));
    assert_eq!(rho(&[1.0, 2.0], &[5.0, 5.0]), None);
    assert_eq!(rho(&[1.0, 2.0], &[5.0]), None);
    assert_eq!(rho(&[], &[]), None);
}

#[test]
fn chance_is_left_behind_at_three_sigma() {
    assert!(close(Correlation::threshold(10).0, 1.0));
    assert!(close(Correlation::threshold(226).0, 0.2));
    assert!(Correlation(-0.2).reaches(Correlation(0.2)) && !Correlation(0.19).reaches(Correlation(0.2)));
    assert!(!Correlation(1.0).reaches(Correlation::threshold(1)), "one pair shows nothing");
}

proptest! {
    #[test]
    fn a_rank_correlation_is_within_one(pairs in prop::collection::vec((-9i8..9, -9i8..9), 0..40)) {
        let (one, other): (Vec<f64>, Vec<f64>) =
            pairs.iter().map(|(one, other)| (f64::from(*one), f64::from(*other))).unzip();
        if let Some(rho) = rank_correlation(&one, &other) {
            prop_assert!((-1.0..=1.0).contains(&rho.0));
            prop_assert_eq!(rank_correlation(&other, &one), Some(rho));
            let against: Vec<f64> = other.iter().map(|value| -value).collect();
            prop_assert!(close(rank_correlation(&one, &against).unwrap().0, -rho.0));
        }
    }

    #[test]
    fn a_monotone_relation_is_a_whole_one(values in prop::collection::btree_set(-1000i32..1000, 2..60)) {
        let one: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        // Monotone and anything but straight.
        let up: Vec<f64> = one.iter().map(|value| value * value * value).collect();
        let down: Vec<f64> = one.iter().map(|value| 1.0 / (value + 2000.0)).collect();
        prop_assert_eq!(rank_correlation(&one, &up), Some(Correlation(1.0)));
        prop_assert_eq!(rank_correlation(&one, &down), Some(Correlation(-1.0)));
    }

    #[test]
    fn a_mean_lies_between_the_extremes(values in prop::collection::vec(-1e9f64..1e9, 1..50)) {
        let summary = Summary::of(&values).unwrap();
        let slack = 1e-6;
        prop_assert!(summary.least - slack <= summary.mean && summary.mean <= summary.greatest + slack);
        let sigma = summary.sigma.unwrap_or(0.0);
        prop_assert!(sigma >= 0.0 && sigma <= summary.greatest - summary.least + slack);
    }
}
