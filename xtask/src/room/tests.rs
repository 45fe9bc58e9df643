use super::*;
use crate::boards;

fn blob(stem: &str) -> Blob {
    Blob::read(&root().join("models").join(format!("{stem}.gan"))).unwrap()
}

fn fit(board: &str, besides: (u64, u64)) -> Fit<'static> {
    Fit {
        besides,
        ..Fit::guess(boards::select_one(board).unwrap(), Input::model("".as_ref())).unwrap()
    }
}

#[test]
fn the_scratch_of_a_network_is_not_underestimated() {
    for path in vectors::models().unwrap() {
        for packing in [
            Packing::Rows,
            Packing::of_kernel("armv6m").unwrap(),
            Packing::of_kernel("dsp").unwrap(),
        ] {
            let packed = Blob::read(&path).unwrap().pack(packing).unwrap();
            let generator = packed.decode().unwrap();
            assert!(
                scratch_bound(generator.header()) >= generator.scratch_len(),
                "{}, {packing:?}",
                path.display()
            );
        }
    }
}

/// What is said to fit fits, and the next width does not.
#[test]
fn the_widest_network_that_fits() {
    let fit = fit("microbit", (24 << 10, 64));
    let packed = blob("mnist-large").pack(fit.packing).unwrap();
    let generator = packed.decode().unwrap();
    let header = generator.packed_header(fit.packing);
    let widths = fit.widest(&generator).unwrap();
    let (widest, width) =
        (hidden(&header).into_iter().max().unwrap(), *widths.iter().max().unwrap());
    let flash = |width| {
        fit.besides.0 + blob::encoded_len(&narrowed(&header, width, widest)).unwrap() as u64
    };
    assert!(
        flash(width) <= fit.board.flash.length && fit.board.flash.length < flash(width + 4),
        "{widths:?}"
    );
}

#[test]
fn a_refusal_says_what_would_fit() {
    let fit = fit("microbit", (24 << 10, 64));
    let large = blob("mnist-large");
    let text = fit.refusal(&large, fit.missing_for(&large).unwrap()).unwrap();
    let over = large.pack(fit.packing).unwrap().bytes().len() as u64 + (24 << 10) - (256 << 10);
    assert!(
        text.starts_with(&format!(
            "mnist-large does not fit microbit: {} bytes of flash",
            grouped(over)
        )),
        "{text}"
    );
    assert!(
        text.contains(
            "of models/, digits8, mnist-nano, mnist-small and mnist-tiny would, and so would this \
             network"
        ),
        "{text}"
    );
    assert!(text.ends_with(" instead of 256-512-1024"), "{text}");
}

#[test]
fn buffers_that_are_too_large_by_themselves_are_refused_before_anything_is_linked() {
    let board = boards::select_one("stm32vldiscovery").unwrap();
    let tiny = vectors::folder().join("v1-tiny.gan");
    let input = Input { load: 100_000, ..Input::model(&tiny) };
    let error = build(Toolchain::Rustup, board, input).unwrap_err().to_string();
    let expected = "v1-tiny does not fit stm32vldiscovery with room for 100000 bytes to load: ";
    assert!(error.starts_with(expected) && error.contains(" bytes of RAM too many"), "{error}");
}
