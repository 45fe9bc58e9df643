//! Vector registers as arrays of bytes, and the operations that AVX2 and AVX-512 have in common.

/// A register of `N` bytes. Lane 0 of whatever width begins at byte 0, and the lowest byte of a
/// lane comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vector<const N: usize>(pub [u8; N]);

/// A number that fills a lane.
pub trait Lane: Copy {
    /// Number of bytes.
    const BYTES: usize;
    fn read(bytes: &[u8]) -> Self;
    fn write(self, bytes: &mut [u8]);
}

macro_rules! lanes {
    ($($number:ty)+) => {$(
        impl Lane for $number {
            const BYTES: usize = size_of::<Self>();

            fn read(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().expect("a lane has this width"))
            }

            fn write(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }
        }
    )+};
}
lanes!(i8 u8 i16 u16 i32 u32 i64 u64);

impl<const N: usize> Vector<N> {
    /// The lane of this index.
    pub fn lane<L: Lane>(self, index: usize) -> L {
        L::read(&self.0[index * L::BYTES..][..L::BYTES])
    }

    /// A vector whose lanes are what the function gives for each index.
    pub fn of<L: Lane>(lane: impl Fn(usize) -> L) -> Self {
        let mut vector = Self([0; N]);
        for (index, bytes) in vector.0.chunks_exact_mut(L::BYTES).enumerate() {
            lane(index).write(bytes);
        }
        vector
    }

    /// Applies a function to each lane.
    pub fn map<L: Lane>(self, function: impl Fn(L) -> L) -> Self {
        Self::of(|index| function(self.lane(index)))
    }

    /// Applies a function to each two lanes of the same index.
    pub fn zip<L: Lane>(self, other: Self, function: impl Fn(L, L) -> L) -> Self {
        Self::of(|index| function(self.lane(index), other.lane(index)))
    }

    /// The bytes in memory, as `MOVDQU` loads them.
    ///
    /// # Safety
    ///
    /// `N` bytes can be read there.
    pub unsafe fn load(from: *const Self) -> Self {
        // SAFETY: the caller says that the bytes can be read. They are taken as bytes, which need
        // no alignment.
        unsafe { from.read_unaligned() }
    }

    /// The same as `MOVDQA` loads them, which faults if the address is no multiple of `N`.
    ///
    /// # Safety
    ///
    /// `N` bytes can be read there.
    pub unsafe fn load_aligned(from: *const Self) -> Self {
        assert!(from.addr().is_multiple_of(N), "#GP: an aligned load from {from:?}");
        // SAFETY: as the caller says.
        unsafe { Self::load(from) }
    }

    /// Writes the bytes to memory, as `MOVDQU` does.
    ///
    /// # Safety
    ///
    /// `N` bytes can be written there.
    pub unsafe fn store(self, to: *mut Self) {
        // SAFETY: as the caller says; see `load`.
        unsafe { to.write_unaligned(self) }
    }
}

/// `VPMULDQ`: `DEST[63:0] := SignExtend64(SRC1[31:0]) * SignExtend64(SRC2[31:0])`, and so on for
/// each lane of 64 bits.
pub fn multiply_even<const N: usize>(a: Vector<N>, b: Vector<N>) -> Vector<N> {
    Vector::of(|i| i64::from(a.lane::<i32>(2 * i)) * i64::from(b.lane::<i32>(2 * i)))
}

/// `VPDPBUSD`, without saturation of the sum:
///
/// ```text
/// p1word := ZERO_EXTEND(SRC1.byte[4*i]) * SIGN_EXTEND(SRC2.byte[4*i])
/// ... p4word, of byte 4*i + 3
/// DEST.dword[i] := ORIGDEST.dword[i] + p1word + p2word + p3word + p4word
/// ```
pub fn dot_bytes<const N: usize>(sums: Vector<N>, a: Vector<N>, b: Vector<N>) -> Vector<N> {
    Vector::of(|i| {
        (4 * i..4 * i + 4).fold(sums.lane(i), |sum: i32, byte| {
            sum.wrapping_add(i32::from(a.lane::<u8>(byte)) * i32::from(b.lane::<i8>(byte)))
        })
    })
}

/// `VPDPWSSD`, without saturation of the sum:
///
/// ```text
/// p1dword := SIGN_EXTEND(SRC1.word[2*i]) * SIGN_EXTEND(SRC2.word[2*i])
/// p2dword := SIGN_EXTEND(SRC1.word[2*i+1]) * SIGN_EXTEND(SRC2.word[2*i+1])
/// DEST.dword[i] := ORIGDEST.dword[i] + p1dword + p2dword
/// ```
pub fn dot_words<const N: usize>(sums: Vector<N>, a: Vector<N>, b: Vector<N>) -> Vector<N> {
    Vector::of(|i| {
        [2 * i, 2 * i + 1].into_iter().fold(sums.lane(i), |sum: i32, word| {
            sum.wrapping_add(i32::from(a.lane::<i16>(word)) * i32::from(b.lane::<i16>(word)))
        })
    })
}
