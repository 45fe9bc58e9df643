//! Ranks that are threads of one process.

use super::{Exchange, Ranks};
use burn::backend::DeviceId;
use std::sync::{Arc, Barrier, Mutex, OnceLock, PoisonError};

/// Who adds up tensors that are on the ranks' devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sums {
    /// This computer's processor: the tensors are copied into its memory, and the sums back.
    OnHost,
    /// The devices themselves, by NCCL.
    OnDevices,
}

/// So many ranks, each for a thread.
pub fn ranks(count: usize, sums: Sums) -> Vec<Ranks> {
    let (numbers, bytes) = (Arc::new(Meeting::new(count)), Arc::new(Meeting::new(count)));
    let rank = |rank| Threads {
        rank,
        count,
        sums,
        numbers: Arc::clone(&numbers),
        bytes: Arc::clone(&bytes),
        devices: OnceLock::new(),
    };
    (0..count).map(|index| Ranks::new(rank(index))).collect()
}

/// A thread's side of the exchange.
#[derive(Debug)]
struct Threads {
    rank: usize,
    count: usize,
    sums: Sums,
    numbers: Arc<Meeting<f32>>,
    bytes: Arc<Meeting<u8>>,
    devices: OnceLock<Vec<DeviceId>>,
}

/// Where each thread lays down a vector, and takes those of all.
#[derive(Debug)]
struct Meeting<T> {
    laid: Mutex<Vec<Arc<Vec<T>>>>,
    barrier: Barrier,
}

impl<T> Meeting<T> {
    fn new(count: usize) -> Self {
        let laid = Mutex::new((0..count).map(|_| Arc::default()).collect());
        Self { laid, barrier: Barrier::new(count) }
    }

    /// What all ranks lay down, in their order.
    fn meet(&self, rank: usize, mine: Vec<T>) -> Vec<Arc<Vec<T>>> {
        self.lay(rank, Arc::new(mine));
        self.barrier.wait();
        let all = self.laid.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Nobody lays down anew before all have taken.
        self.barrier.wait();
        self.lay(rank, Arc::default());
        all
    }

    fn lay(&self, rank: usize, mine: Arc<Vec<T>>) {
        self.laid.lock().unwrap_or_else(PoisonError::into_inner)[rank] = mine;
    }
}

impl Exchange for Threads {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.count
    }

    fn all_to_all(&self, numbers: &[f32]) -> Vec<f32> {
        let part = numbers.len() / self.count;
        let all = self.numbers.meet(self.rank, numbers.to_vec());
        all.iter().flat_map(|theirs| &theirs[self.rank * part..][..part]).copied().collect()
    }

    fn gather(&self, numbers: &[f32]) -> Vec<f32> {
        let all = self.numbers.meet(self.rank, numbers.to_vec());
        all.iter().flat_map(|theirs| theirs.iter()).copied().collect()
    }

    fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.bytes.meet(self.rank, bytes)[0].to_vec()
    }

    fn devices(&self, own: DeviceId) -> Option<Vec<DeviceId>> {
        // All are of one kind, and their numbers are small.
        let all = || {
            let numbers = self.gather(&[own.index_id.into()]).into_iter();
            numbers.map(|number| DeviceId { index_id: number as u16, ..own }).collect()
        };
        (self.sums == Sums::OnDevices).then(|| self.devices.get_or_init(all).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Expected values: what each rank laid down. A rank that is late must not find the next
    /// round's numbers.
    #[test]
    fn each_round_has_the_numbers_of_all() {
        thread::scope(|scope| {
            for ranks in ranks(3, Sums::OnDevices) {
                scope.spawn(move || {
                    let rank = ranks.rank();
                    for round in 0..200 {
                        let number = |rank: usize| (10 * round + rank) as f32;
                        assert_eq!(ranks.gather(vec![number(rank)]), [0, 1, 2].map(number));
                        let said = ranks.broadcast(vec![rank as u8, round as u8]);
                        assert_eq!(said, [0, round as u8]);
                    }
                    let own = DeviceId { type_id: 7, index_id: 5 + rank as u16 };
                    let all = [5, 6, 7].map(|index_id| DeviceId { type_id: 7, index_id });
                    assert_eq!(ranks.devices(own), Some(all.to_vec()));
                });
            }
        });
        let own = DeviceId { type_id: 0, index_id: 0 };
        assert_eq!(ranks(1, Sums::OnHost)[0].devices(own), None);
        assert_eq!(Ranks::ALONE.devices(own), None);
    }
}
