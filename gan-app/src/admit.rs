//! What is taken as a model: over the console, and from a partition of the flash.

/// Decides whether bytes that came over the console are taken as a model, before they are read as
/// one: returns the blob, which is where the bytes begin, or a sentence for the console. A board
/// that takes signed models only checks the signature here.
pub type Admit = fn(&[u8]) -> Result<&[u8], &'static str>;

/// The [`Admit`] that takes everything.
///
/// # Errors
///
/// None.
pub fn admit_all(bytes: &[u8]) -> Result<&[u8], &'static str> {
    Ok(bytes)
}

/// The [`Admit`] of a firmware: it takes everything, as this was built without feature `signed`.
#[cfg(not(feature = "signed"))]
pub const ADMIT: Admit = admit_all;
/// The [`Admit`] of a firmware: it takes only what is signed by the maker, whose public key was in
/// `GAN_PUBLIC_KEY` when this was built, as `gan keygen` prints it.
#[cfg(feature = "signed")]
pub const ADMIT: Admit = |signed| {
    const MAKER: [u8; gan_sign::PUBLIC_KEY_LEN] = gan_sign::key_of_hex(env!("GAN_PUBLIC_KEY"));
    let maker = gan_sign::PublicKey::new(&MAKER).ok_or("the key in this firmware is none")?;
    maker.open(signed).map_err(gan_sign::Refused::text)
};
