//! The operations of each device that burn is built with.

use super::{Act, AdamStep, Cut, GanOps, LayerKernels, flex, portable};
use burn::backend::Flex;
use burn::backend::tensor::{FloatTensor, IntTensor};

/// [`GanOps`] of a device: layers by its [`LayerKernels`], and updates by the portable bodies but
/// for those in the braces.
macro_rules! device_ops {
    ($device:ty { $($update:item)* }) => {
        impl GanOps for $device {
            fn linear_act(
                x: FloatTensor<Self>,
                weights: FloatTensor<Self>,
                bias: FloatTensor<Self>,
                act: Act,
                cut: Cut,
            ) -> FloatTensor<Self> {
                portable::linear_act::<Self>(x, weights, bias, act, &cut).0
            }

            fn labelled_linear_act(
                x: FloatTensor<Self>,
                labels: FloatTensor<Self>,
                weights: FloatTensor<Self>,
                bias: FloatTensor<Self>,
                act: Act,
                cut: Cut,
            ) -> FloatTensor<Self> {
                portable::labelled_linear_act::<Self>(x, labels, weights, bias, act, &cut).0
            }

            fn product(
                x: FloatTensor<Self>,
                weights: FloatTensor<Self>,
                cut: Cut,
            ) -> FloatTensor<Self> {
                <Self as LayerKernels>::product(x, weights, &cut)
            }

            fn norm_act(
                x: FloatTensor<Self>,
                gain: FloatTensor<Self>,
                shift: FloatTensor<Self>,
                act: Act,
                cut: Cut,
            ) -> FloatTensor<Self> {
                <Self as LayerKernels>::norm_act(x, gain, shift, act, &cut).y
            }

            $($update)*
        }
    };
}

device_ops!(Flex {
    fn adam(
        param: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        flex::adam(param, gradient, first, second, step)
    }

    fn adam_average(
        param: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        average: FloatTensor<Self>,
        step: AdamStep,
        decay: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        flex::adam_average(param, gradient, first, second, average, step, decay)
    }

    fn average(
        average: FloatTensor<Self>,
        param: FloatTensor<Self>,
        decay: f32,
    ) -> FloatTensor<Self> {
        flex::average(average, param, decay)
    }

    fn add_signs(x: FloatTensor<Self>, words: IntTensor<Self>, sigma: f32) -> FloatTensor<Self> {
        flex::add_signs(x, words, sigma)
    }
});

#[cfg(feature = "ndarray")]
use burn::backend::NdArray;
#[cfg(feature = "ndarray")]
impl LayerKernels for NdArray {}
#[cfg(feature = "ndarray")]
device_ops!(NdArray {});
#[cfg(any(feature = "wgpu", feature = "cuda"))]
use burn::backend::Cube;
#[cfg(any(feature = "wgpu", feature = "cuda"))]
impl LayerKernels for Cube {}
#[cfg(any(feature = "wgpu", feature = "cuda"))]
device_ops!(Cube {});
