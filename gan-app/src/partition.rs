//! A model that lies by itself in flash, where it can be replaced without the program.
//!
//! It has 16 bytes before it: the letters `GANP`, its length as 32 bits, the least byte first, and
//! zeros, so that the model lies on a multiple of 16 if the partition does.

/// Bytes before the model.
pub const HEADER: usize = 16;
const MAGIC: &[u8] = b"GANP";

/// The header of a model of this length.
pub fn header(len: u32) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..4].copy_from_slice(MAGIC);
    header[4..8].copy_from_slice(&len.to_le_bytes());
    header
}

/// The bytes of the model in a partition, if it has one. They are not checked.
pub fn model(partition: &[u8]) -> Option<&[u8]> {
    let rest = partition.strip_prefix(MAGIC)?;
    let len = u32::from_le_bytes(*rest.first_chunk()?) as usize;
    partition.get(HEADER..)?.get(..len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_only_where_all_of_it_is() {
        let mut partition = [0xFF; 64];
        assert_eq!(model(&partition), None);
        partition[..HEADER].copy_from_slice(&header(20));
        assert_eq!(model(&partition), Some(&[0xFF; 20][..]));
        assert_eq!(model(&partition[..36]), Some(&[0xFF; 20][..]));
        for cut in [0, 3, 5, 7, 15, 16, 35] {
            assert_eq!(model(&partition[..cut]), None, "{cut}");
        }
        partition[..HEADER].copy_from_slice(&header(u32::MAX));
        assert_eq!(model(&partition), None);
    }
}
