//! The operations as loops over the memory of burn's CPU backend, flex.
//!
//! A tensor that nothing else holds is changed in place; one that is shared is copied first, as
//! everywhere in flex.

mod memory;

use super::gemm::{View, add_product, multiplied, multiplied_below};
use super::{Act, AdamStep, Cut, LayerKernels, Normed, loops, portable};
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Flex, TensorMetadata, flex::FlexTensor};
use memory::{dims, moments, numbers, numbers_of, ordered, own, shards, tensor};

/// Rows from which on `g wᵀ` is computed as it stands. Products are written row after row, for
/// which the right factor's columns are copied next to each other; with few rows to share that
/// work, `(w gᵀ)ᵀ`, which copies the columns of `gᵀ`, takes three quarters of the time.
const MANY_ROWS: usize = 256;

/// Whether a test wants the portable body, which takes a rank's rows for one shard.
fn portable_wanted(cut: &Cut) -> bool {
    portable::forced() && cut.shards() == 1
}

/// Whether this operation has a loop here; tests can have it run the portable body as well.
fn has_loop(act: Act) -> bool {
    loops::has_loop(act) && !portable::forced()
}

impl LayerKernels for Flex {
    fn product(x: FlexTensor, weights: FlexTensor, cut: &Cut) -> FlexTensor {
        if portable::forced() {
            return Self::float_matmul(x, weights);
        }
        let shape = vec![dims(&x)[0], dims(&weights)[1]];
        tensor(multiplied_below(&shards(View::of(&x), cut), View::of(&weights)), shape)
    }

    fn labelled_product(
        x: FlexTensor,
        labels: FlexTensor,
        weights: FlexTensor,
        cut: &Cut,
    ) -> FlexTensor {
        if portable::forced() {
            return portable::labelled_product::<Self>(x, labels, weights);
        }
        let (inputs, all) = (dims(&x)[1], dims(&weights)[0]);
        let shape = vec![dims(&x)[0], dims(&weights)[1]];
        let weights = View::of(&weights);
        let mut sums = multiplied_below(&shards(View::of(&x), cut), weights.rows(0, inputs));
        let labels = shards(View::of(&labels), cut);
        for (sums, labels) in sums.chunks_mut(labels[0].size[0] * shape[1]).zip(&labels) {
            add_product(sums, *labels, weights.rows(inputs, all));
        }
        tensor(sums, shape)
    }

    fn weights_backward(
        x: FlexTensor,
        labels: Option<FlexTensor>,
        g: FlexTensor,
        cut: &Cut,
    ) -> FlexTensor {
        if portable_wanted(cut) {
            return portable::weights_backward::<Self>(x, labels, g, cut);
        }
        let factors = [Some(&x), labels.as_ref()].into_iter().flatten();
        let factors: Vec<_> = factors.map(|x| shards(View::of(x), cut)).collect();
        let shape = vec![factors.iter().map(|shards| shards[0].size[1]).sum(), dims(&g)[1]];
        let g = shards(View::of(&g), cut);
        let of_shard = |shard: usize| {
            let factors = factors.iter().map(|shards| shards[shard].transposed());
            multiplied_below(&factors.collect::<Vec<_>>(), g[shard])
        };
        tensor(cut.sum(of_shard), shape)
    }

    fn bias_act(x: FlexTensor, bias: FlexTensor, act: Act) -> (FlexTensor, FlexTensor) {
        if !has_loop(act) {
            return portable::bias_act::<Self>(x, bias, act);
        }
        let (mut x, bias) = (own(x), ordered(bias));
        let columns = numbers(&bias).len();
        loops::rows(x.storage_mut(), columns, |_, rows| loops::bias_act(rows, numbers(&bias), act));
        (x.clone(), x)
    }

    fn norm_act(
        x: FlexTensor,
        gain: FlexTensor,
        shift: FlexTensor,
        act: Act,
        cut: &Cut,
    ) -> Normed<Self> {
        if portable_wanted(cut) || (!loops::has_loop(act) && cut.is_whole()) {
            return portable::norm_act::<Self>(x, gain, shift, act, cut);
        }
        if !loops::has_loop(act) {
            let normed = Self::norm_act(x, gain, shift, Act::Linear, cut);
            let (y, kept) = portable::activate_and_keep::<Self>(normed.y, act);
            return Normed { y, kept, ..normed };
        }
        let (mut x, gain, shift) = (own(x), ordered(gain), ordered(shift));
        let (shape, columns) = (dims(&x), numbers(&gain).len());
        let (mut mean, mut inverse) = (vec![0.0; columns], vec![0.0; columns]);
        let mut normal = vec![0.0; shape[0] * columns];
        match cut.is_whole() {
            true => loops::moments(numbers(&x), &mut mean, &mut inverse),
            false => [mean, inverse] = moments(numbers(&x), columns, cut),
        }
        let at_a_time = loops::rows_at_a_time(normal.len(), columns);
        let x_numbers = x.storage_mut::<f32>().chunks_mut(at_a_time);
        let work = |(x, normal): (&mut [f32], &mut [f32])| {
            loops::normalize(x, normal, &mean, &inverse, numbers(&gain), numbers(&shift), act);
        };
        loops::on_all_cores(x_numbers.zip(normal.chunks_mut(at_a_time)), work);
        let normal = tensor(normal, shape);
        Normed { y: x.clone(), kept: x, normal, inverse: tensor(inverse, vec![columns]) }
    }

    fn act_backward(g: FlexTensor, kept: FlexTensor, act: Act) -> FlexTensor {
        if act == Act::Linear || !has_loop(act) {
            return portable::act_backward::<Self>(g, kept, act);
        }
        let (mut g, kept) = (own(g), ordered(kept));
        let (columns, kept) = (dims(&g)[1], numbers(&kept));
        loops::rows(g.storage_mut(), columns, |first, rows| {
            loops::act_backward(rows, &kept[first..first + rows.len()], act);
        });
        g
    }

    fn column_sums(g: FlexTensor, cut: &Cut) -> FlexTensor {
        if portable_wanted(cut) {
            return portable::column_sums::<Self>(g, cut);
        }
        let (g, columns) = (ordered(g.clone()), dims(&g)[1]);
        let sums = cut.sum(|shard| {
            let mut sums = vec![0.0; columns];
            loops::column_sums(numbers_of(&g, shard, cut), &mut sums);
            sums
        });
        tensor(sums, vec![columns])
    }

    fn inputs_backward(weights: FlexTensor, g: FlexTensor, inputs: usize, cut: &Cut) -> FlexTensor {
        let rows = dims(&g)[0];
        if portable::forced() {
            return portable::inputs_backward::<Self>(weights, g, inputs);
        }
        let weights = View::of(&weights).rows(0, inputs);
        let g = shards(View::of(&g), cut);
        let of_shard = g[0].size[0];
        if of_shard >= MANY_ROWS {
            return tensor(multiplied_below(&g, weights.transposed()), vec![rows, inputs]);
        }
        let mut transposed = vec![0.0; rows * inputs];
        for (g, transposed) in g.iter().zip(transposed.chunks_mut(of_shard * inputs)) {
            let product = multiplied(weights, g.transposed());
            loops::transpose(&product, transposed, inputs, of_shard);
        }
        tensor(transposed, vec![rows, inputs])
    }

    fn norm_backward(
        g: FlexTensor,
        normal: FlexTensor,
        inverse: FlexTensor,
        gain: FlexTensor,
        cut: &Cut,
    ) -> [FlexTensor; 3] {
        if portable_wanted(cut) {
            return portable::norm_backward::<Self>(g, normal, inverse, gain, cut);
        }
        let [mut g, normal, inverse, gain] = [own(g), normal, inverse, ordered(gain)];
        let (columns, count) = (numbers(&gain).len(), cut.rows_of_pass(g.shape()[0]) as f32);
        let mut sums = cut.sum(|shard| {
            let [g, normal] = [&g, &normal].map(|x| numbers_of(x, shard, cut));
            let mut both = vec![0.0; 2 * columns];
            let (sums, products) = both.split_at_mut(columns);
            loops::norm_sums(g, normal, sums, products);
            both
        });
        let products = sums.split_off(columns);
        let means = |sums: &[f32]| -> Vec<f32> { sums.iter().map(|sum| sum / count).collect() };
        let (mean, along) = (means(&sums), means(&products));
        let (normal, inverse, gain) = (numbers(&normal), numbers(&inverse), numbers(&gain));
        loops::rows(g.storage_mut(), columns, |first, rows| {
            let normal = &normal[first..first + rows.len()];
            loops::norm_backward(rows, normal, &mean, &along, inverse, gain);
        });
        [g, tensor(products, vec![columns]), tensor(sums, vec![columns])]
    }
}

pub(super) fn adam(
    param: FlexTensor,
    gradient: FlexTensor,
    first: FlexTensor,
    second: FlexTensor,
    step: AdamStep,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    if portable::forced() {
        return portable::adam::<Flex>(param, gradient, [first, second], step);
    }
    let [mut param, gradient, mut first, mut second] =
        [own(param), ordered(gradient), own(first), own(second)];
    let [p, m, v] = [&mut param, &mut first, &mut second].map(FlexTensor::storage_mut);
    loops::adam(p, numbers(&gradient), m, v, (&mut [], 0.0), step);
    (param, first, second)
}

pub(super) fn adam_average(
    param: FlexTensor,
    gradient: FlexTensor,
    first: FlexTensor,
    second: FlexTensor,
    moved: FlexTensor,
    step: AdamStep,
    decay: f32,
) -> (FlexTensor, FlexTensor, FlexTensor, FlexTensor) {
    if portable::forced() {
        let (param, first, second) = adam(param, gradient, first, second, step);
        let moved = average(moved, param.clone(), decay);
        return (param, first, second, moved);
    }
    let [mut param, gradient, mut first, mut second, mut moved] =
        [own(param), ordered(gradient), own(first), own(second), own(moved)];
    let [p, m, v, a] =
        [&mut param, &mut first, &mut second, &mut moved].map(FlexTensor::storage_mut);
    loops::adam(p, numbers(&gradient), m, v, (a, decay), step);
    (param, first, second, moved)
}

pub(super) fn average(average: FlexTensor, param: FlexTensor, decay: f32) -> FlexTensor {
    if portable::forced() {
        return portable::average::<Flex>(average, param, decay);
    }
    let (mut average, param) = (own(average), ordered(param));
    loops::average(average.storage_mut(), numbers(&param), decay);
    average
}

pub(super) fn add_signs(x: FlexTensor, words: FlexTensor, sigma: f32) -> FlexTensor {
    let mut x = own(x);
    let (columns, count) = (dims(&x)[1], dims(&words)[1]);
    let (true, Some(words)) = (!portable::forced(), words.as_slice::<i32>()) else {
        return portable::add_signs::<Flex>(x, words, sigma);
    };
    let rows = x.storage_mut::<f32>().chunks_mut(columns).zip(words.chunks(count));
    rows.for_each(|(row, words)| {
        for (part, word) in row.chunks_mut(32).zip(words) {
            for (bit, value) in part.iter_mut().enumerate() {
                let sign = ((word >> bit) as u32 & 1) << 31;
                *value += f32::from_bits(sigma.to_bits() | sign);
            }
        }
    });
    x
}
