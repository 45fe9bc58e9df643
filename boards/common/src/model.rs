//! The model that a console carries, and the memory that it needs.

/// The number that these digits stand for.
///
/// # Panics
///
/// It panics if they are no digits. As this makes constants, the panic is an error of the compiler.
pub const fn number(digits: &str) -> usize {
    match usize::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => panic!("expected a number, as GAN_LOAD is a number of bytes"),
    }
}

/// Defines, from the model that the package's `build.rs` has packed: `MODEL`; `CRC`, the CRC-32 of
/// the blob before it was packed; `LOAD_LEN`, the bytes of a model that can come over the console,
/// which the environment variable `GAN_LOAD` says when the firmware is built; and `run`, which runs
/// the console for ever. With the cfg `model_in_ram` the model is copied into RAM, and with
/// `partition` one that lies in flash by itself goes before it.
#[macro_export]
macro_rules! model {
    () => {
        /// The model, packed for the board's core. `build.rs` has checked it, and the compiler has
        /// read its header.
        #[cfg(not(model_in_ram))]
        pub const MODEL: $crate::gan_core::Known<'static> =
            $crate::gan_core::include_model!(concat!(env!("OUT_DIR"), "/model.gan"));
        /// The same, which the start-up code copies into RAM: `GAN_RAM` was set when this was
        /// built.
        #[cfg(model_in_ram)]
        pub const MODEL: $crate::gan_core::Known<'static> = $crate::gan_core::include_model!(
            in ".data.model",
            concat!(env!("OUT_DIR"), "/model.gan")
        );
        /// CRC-32 of the blob before it was packed for this board.
        pub const CRC: u32 = $crate::model::number(env!("GAN_MODEL_CRC")) as u32;
        /// Bytes of a model that can come over the console. They take twice as much RAM.
        pub const LOAD_LEN: usize = match option_env!("GAN_LOAD") {
            Some(digits) => {
                $crate::model::number(digits).next_multiple_of($crate::gan_core::blob::ALIGNMENT)
            }
            None => 0,
        };
        const ROOMS: $crate::gan_core::memory::Rooms =
            $crate::gan_core::memory::Rooms::of_known(&MODEL, LOAD_LEN != 0 || cfg!(partition));

        const _: () = assert!(
            cfg!(feature = "series")
                || matches!(MODEL.header().outputs, $crate::gan_core::OutputKind::Image),
            "this model makes numbers, which needs the feature series"
        );
        const _: () = assert!(
            cfg!(feature = "transform") || MODEL.inputs().image().is_none(),
            "this model takes an image, which needs the feature transform"
        );

        /// All the memory that the application needs.
        type Memory = $crate::gan_app::Buffers<
            { ROOMS.latent },
            { ROOMS.given },
            { ROOMS.scratch },
            { ROOMS.line },
            { ROOMS.grid },
            LOAD_LEN,
        >;

        /// The model that lies in flash by itself, if there is one that can be used:
        /// `GAN_FLASH_AT` was the address of its partition when this was built.
        #[cfg(partition)]
        fn in_partition() -> Option<$crate::gan_core::Generator<'static>> {
            const AT: usize = $crate::model::number(env!("GAN_PARTITION_AT"));
            const LEN: usize = $crate::model::number(env!("GAN_PARTITION_LEN"));
            let start = core::ptr::with_exposed_provenance(AT);
            // SAFETY: this is flash, into which the linker has put nothing, and which nothing
            // writes while the program runs.
            let bytes = unsafe { core::slice::from_raw_parts(start, LEN) };
            let model = $crate::gan_app::partition::model(bytes)?;
            $crate::gan_core::decode($crate::gan_app::ADMIT(model).ok()?).ok()
        }

        /// Runs the console, and sleeps whenever nothing is to do. Call this once.
        pub fn run<N: $crate::Names, D: $crate::display::Display, F: FnMut()>(
            mut console: $crate::Console<N, D, F>,
        ) -> ! {
            static KNOWN: $crate::gan_core::Known<'static> = MODEL;
            static MEMORY: $crate::static_cell::ConstStaticCell<Memory> =
                $crate::static_cell::ConstStaticCell::new(Memory::new());
            let more = |_: &mut $crate::Console<N, D, F>| {
                $crate::fatal::plant(option_env!("GAN_PLANTED"));
                true
            };
            let memory = MEMORY.take();
            // This returns if the buffers are too small for it.
            #[cfg(partition)]
            if let Some(generator) = in_partition() {
                memory.serve(
                    &mut console,
                    &generator,
                    generator.crc(),
                    $crate::gan_app::ADMIT,
                    more,
                );
            }
            let Ok(generator) = KNOWN.check() else { panic!("the model in flash was changed") };
            memory.serve(&mut console, generator, CRC, $crate::gan_app::ADMIT, more);
            panic!("the buffers are too small for the model")
        }
    };
}
