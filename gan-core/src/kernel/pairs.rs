//! Inputs as halfwords, two in a word: how kernels of 32-bit cores without vectors read them.

/// Puts the codes into the words, and zeros into the words that are left; returns the codes' sum.
pub fn stage(codes: &[u8], words: &mut [u32]) -> u32 {
    let (pairs, odd) = codes.as_chunks::<2>();
    let mut words = words.iter_mut();
    let mut sum = 0u32;
    // The codes first: when they are at an end, no word is taken.
    for (&[first, second], word) in pairs.iter().zip(&mut words) {
        *word = u32::from(first) | u32::from(second) << 16;
        sum = sum.wrapping_add(u32::from(first) + u32::from(second));
    }
    for (&code, word) in odd.iter().zip(&mut words) {
        *word = code.into();
        sum = sum.wrapping_add(code.into());
    }
    words.for_each(|word| *word = 0);
    sum
}
