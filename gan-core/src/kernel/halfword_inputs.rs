//! Stages inputs as halfwords, two in a word, the first one below. Kernels of 32-bit cores without
//! vectors read them so.

#![allow(unsafe_code)]

/// Puts the codes into the words, as many as there is room for, and zeros into the words that are
/// left. Returns the sum of the codes.
pub fn stage(codes: &[u8], words: &mut [u32]) -> u32 {
    let pairs = (codes.len() / 2).min(words.len());
    let mut sum = 0u32;
    for index in 0..pairs {
        // SAFETY: `index` is less than the number of words, and of pairs of codes. Without this the
        // compiler would keep the checks, which are half of the loop.
        let (first, second, word) = unsafe {
            (
                *codes.get_unchecked(2 * index),
                *codes.get_unchecked(2 * index + 1),
                words.get_unchecked_mut(index),
            )
        };
        *word = u32::from(first) | u32::from(second) << 16;
        sum = sum.wrapping_add(u32::from(first) + u32::from(second));
    }
    // The loop writes the zeros too. The compiler would turn a loop that only writes zeros into a
    // call of a function that is larger than all of this.
    let mut left = codes.iter().skip(2 * pairs);
    for word in words.iter_mut().skip(pairs) {
        *word = left.next().copied().unwrap_or_default().into();
        sum = sum.wrapping_add(*word);
    }
    sum
}
