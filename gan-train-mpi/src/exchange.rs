//! Numbers from rank to rank by MPI.

use gan_train::ranks::Exchange;
use mpi::request::{Request, Scope, scope};
use mpi::topology::SimpleCommunicator;
use mpi::traits::*;
use std::process::exit;
use std::thread;
use std::time::{Duration, Instant};

/// For so long a rank asks again and again whether the others are there, as steps are shorter.
/// After that it sleeps in between, so that rank 0 has the cores for an evaluation.
const EAGER: Duration = Duration::from_millis(5);
/// How long it sleeps.
const NAP: Duration = Duration::from_micros(200);
/// How long MPI may take to end all ranks. Over a link that is cut it would take for ever.
const END: Duration = Duration::from_secs(5);
/// Bytes of a broadcast: MPI counts them in 31 bits.
const PIECE: usize = 1 << 30;

/// The ranks of MPI's world.
#[derive(Debug, Clone, Copy)]
pub struct Mpi {
    rank: usize,
    count: usize,
    /// After so long a wait the others are taken for lost.
    patience: Duration,
}

impl Mpi {
    /// All ranks, when MPI has been initialized.
    pub fn new(patience: Duration) -> Self {
        let world = SimpleCommunicator::world();
        Self { rank: world.rank() as usize, count: world.size() as usize, patience }
    }

    /// Ends all ranks.
    pub fn abort(&self, why: &str) -> ! {
        eprintln!("error: rank {} of {}: {why}", self.rank, self.count);
        thread::spawn(|| {
            thread::sleep(END);
            exit(1);
        });
        SimpleCommunicator::world().abort(1)
    }

    /// Waits until a request is done; at most for `patience`, if there is one.
    fn wait<'a, D: ?Sized, S: Scope<'a>>(
        &self,
        mut request: Request<'a, D, S>,
        patience: Option<Duration>,
    ) {
        let start = Instant::now();
        while let Err(pending) = request.test() {
            request = pending;
            let waited = start.elapsed();
            if patience.is_some_and(|patience| waited > patience) {
                self.abort(&format!("no word from the others for {} s", waited.as_secs()));
            }
            if waited > EAGER {
                thread::sleep(NAP);
            } else {
                thread::yield_now();
            }
        }
    }

    /// Rank 0's bytes; each rank has as many. Rank 0 may read its data, or evaluate and draw its
    /// pages, for as long as it takes.
    fn broadcast_into(&self, bytes: &mut [u8]) {
        let world = SimpleCommunicator::world();
        for piece in bytes.chunks_mut(PIECE) {
            scope(|scope| {
                let root = world.process_at_rank(0);
                self.wait(root.immediate_broadcast_into(scope, piece), None);
            });
        }
    }
}

impl Exchange for Mpi {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.count
    }

    fn all_to_all(&self, numbers: &[f32]) -> Vec<f32> {
        let world = SimpleCommunicator::world();
        let mut found = vec![0.0; numbers.len()];
        scope(|scope| {
            let request = world.immediate_all_to_all_into(scope, numbers, &mut found[..]);
            self.wait(request, Some(self.patience));
        });
        found
    }

    fn gather(&self, numbers: &[f32]) -> Vec<f32> {
        let world = SimpleCommunicator::world();
        let mut found = vec![0.0; numbers.len() * self.count];
        scope(|scope| {
            let request = world.immediate_all_gather_into(scope, numbers, &mut found[..]);
            self.wait(request, Some(self.patience));
        });
        found
    }

    fn broadcast(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let mut len = (bytes.len() as u64).to_le_bytes();
        self.broadcast_into(&mut len);
        bytes.resize(u64::from_le_bytes(len) as usize, 0);
        self.broadcast_into(&mut bytes);
        bytes
    }
}
