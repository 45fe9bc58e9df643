//! Puts the application on a board that is connected: by probe-rs, by espflash, or by copying a UF2
//! file to the drive that a Pico in its boot loader shows.

pub mod model;

use std::env;
use std::thread;

use crate::hardware::{self, Built, Wanted};
use crate::prelude::*;
use crate::tools::Tools;
use crate::{console, setup};

/// What happens once the application is on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The board starts it.
    Start,
    /// The terminal also becomes its console.
    Watch,
}

/// How often it is looked for a board's serial port, and after which time each.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Options of `probe-rs download` that are about the probe, and so also for `probe-rs reset`.
const OF_PROBE: &[&str] =
    &["--probe", "--protocol", "--speed", "--connect-under-reset", "--chip-description-path"];

/// The option of `espflash flash` that sets the clock of the serial flash.
const FLASH_FREQ: &str = "--flash-freq";

/// Builds the application and puts it on the board. `arguments` go to the tool that does it.
pub fn flash(wanted: &Wanted, then: Then, arguments: &[String]) -> Result<()> {
    let board = wanted.on.board;
    if board.qemu.is_some() && then == Then::Watch {
        return console::run(wanted, None, None, false);
    }
    ensure!(
        board.chip.is_some() || board.espflash.is_some(),
        "{0}: boards.toml does not say how to flash it; `cargo xtask run --board {0}` runs it in \
         QEMU",
        board.name
    );
    // A file that is not there is told before what is missing to build.
    wanted.model()?;
    let built = hardware::build(setup::firmware(&[board])?, wanted)?;
    put(&Tools::default(), &mounted(), board, &built, then, arguments)?;
    // espflash has a terminal of its own.
    if then == Then::Watch && board.espflash.is_none() {
        return watch();
    }
    Ok(())
}

/// Talks to the board over the only serial port that USB has, or says how to.
fn watch() -> Result<()> {
    let mut ports = Vec::new();
    for _ in 0..LOOKS {
        // A Pico has its port when its program has started.
        thread::sleep(BETWEEN_LOOKS);
        ports = gan_serial::usb_ports()?;
        if !ports.is_empty() {
            break;
        }
    }
    match only(&ports) {
        Ok(port) => console::port::talk(port, None),
        Err(why) => {
            println!("{why}; `cargo xtask console --port PORT` talks to the board");
            Ok(())
        }
    }
}

/// Returns the only port, or says why none is chosen.
fn only(ports: &[String]) -> Result<&str, String> {
    match ports {
        [port] => Ok(port),
        [] => Err("no serial port of USB is here".into()),
        _ => Err(format!("there are several serial ports, {}", ports.join(", "))),
    }
}

/// Puts a program on the board. `folders` may be drives.
fn put(
    tools: &Tools,
    folders: &[PathBuf],
    board: &Board,
    built: &Built,
    then: Then,
    arguments: &[String],
) -> Result<()> {
    if let Some(chip) = &board.espflash {
        let monitor = (then == Then::Watch).then_some("--monitor");
        let mut espflash = tools.command("espflash")?;
        espflash.args(["flash", "--chip", chip]).args(monitor);
        // Without it espflash sets 40 MHz. What the user adds goes first; `-f` is its short form.
        if let Some(flash) = board.serial_flash
            && !arguments.iter().any(|word| word.starts_with(FLASH_FREQ) || word.starts_with("-f"))
        {
            espflash.args([FLASH_FREQ, &format!("{}mhz", flash.megahertz)]);
        }
        espflash.args(arguments).arg(&built.elf);
        return espflash.run();
    }
    if let (Some(drive), Some(uf2)) = (&board.drive, &built.uf2)
        && let Some(folder) = drive_of(drive, folders)
    {
        ensure!(
            arguments.is_empty(),
            "{} is a drive, and to copy a file takes no arguments: {arguments:?}",
            folder.display()
        );
        let name = uf2.file_name().context("a file without a name")?;
        // The drive goes away as soon as it has the last block, so there is nothing to check after.
        fs::copy(uf2, folder.join(name)).with_context(|| folder.display().to_string())?;
        println!("copied to {}; the board starts it", folder.display());
        return Ok(());
    }
    // `probe-rs run` would show what comes by the probe, where the application says nothing.
    let probe_rs = tools.probe_rs("download", board).map_err(|error| match &built.uf2 {
        Some(uf2) => error.context(format!(
            "not flashed, because no drive of a Pico is there and no probe-rs: hold BOOTSEL, \
             connect USB and try again, or copy {} to the drive that appears",
            relative(uf2)
        )),
        None => error,
    });
    probe_rs?.args(arguments).arg(&built.elf).run()?;
    tools.probe_rs("reset", board)?.args(of_probe(arguments)).run()
}

/// Returns the options about the probe, with their values.
fn of_probe(arguments: &[String]) -> Vec<&String> {
    let mut picked = Vec::new();
    let mut wanted = false;
    for argument in arguments {
        if argument.starts_with('-') {
            let name = argument.split('=').next().unwrap_or_default();
            wanted = OF_PROBE.contains(&name);
        }
        if wanted {
            picked.push(argument);
        }
    }
    picked
}

/// Returns where this system mounts drives: each folder in these may be one.
fn mounted() -> Vec<PathBuf> {
    let user = env::var("USER").unwrap_or_default();
    let parents = [format!("/media/{user}"), format!("/run/media/{user}"), "/Volumes".into()];
    let mut folders: Vec<_> = parents
        .iter()
        .filter_map(|parent| fs::read_dir(parent).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    if cfg!(windows) {
        folders.extend(('D'..='Z').map(|letter| PathBuf::from(format!("{letter}:\\"))));
    }
    folders
}

/// Returns the drive whose description says that it is the board's boot loader: UF2 files go there.
fn drive_of(board_id: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let is_drive = |folder: &Path| {
        fs::read_to_string(folder.join("INFO_UF2.TXT")).is_ok_and(|text| {
            text.lines().any(|line| line.strip_prefix("Board-ID:").map(str::trim) == Some(board_id))
        })
    };
    folders.iter().find(|folder| is_drive(folder)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards;
    #[cfg(unix)]
    use crate::tools::tests::Fake;

    /// Puts a program that is not there on a board; what the tools were told.
    #[cfg(unix)]
    fn told(name: &str, then: Then, arguments: &[&str]) -> Vec<String> {
        let fake = Fake::new(&["probe-rs", "espflash"], "");
        let board = boards::select_one(name).unwrap();
        let built = Built { elf: "digits".into(), uf2: None };
        let arguments: Vec<_> = arguments.iter().map(|&text| text.to_owned()).collect();
        put(&fake.tools(), &[], board, &built, then, &arguments).unwrap();
        fake.log()
    }

    #[cfg(unix)]
    #[test]
    fn tools_are_told_the_chip_the_program_and_what_the_user_adds() {
        assert_eq!(
            told("nrf52840-dk", Then::Start, &["--allow-erase-all", "--probe", "1:2"]),
            [
                "probe-rs download --chip nRF52840_xxAA --allow-erase-all --probe 1:2 digits",
                "probe-rs reset --chip nRF52840_xxAA --probe 1:2"
            ]
        );
        assert_eq!(
            told("nucleo-h743zi", Then::Watch, &["--speed=400"]),
            [
                "probe-rs download --chip STM32H743ZITx --speed=400 digits",
                "probe-rs reset --chip STM32H743ZITx --speed=400"
            ]
        );
        assert_eq!(
            told("esp32-c3", Then::Watch, &["--port", "COM3"]),
            ["espflash flash --chip esp32c3 --monitor --flash-freq 80mhz --port COM3 digits"]
        );
        assert_eq!(
            told("esp32-c3", Then::Start, &["--flash-freq=40mhz"]),
            ["espflash flash --chip esp32c3 --flash-freq=40mhz digits"]
        );
    }

    #[test]
    fn the_console_is_opened_on_the_only_port() {
        let ports = ["/dev/ttyACM0", "/dev/ttyACM1"].map(str::to_owned);
        assert_eq!(only(&ports[..1]), Ok("/dev/ttyACM0"));
        assert!(
            only(&ports).unwrap_err().ends_with("several serial ports, /dev/ttyACM0, /dev/ttyACM1")
        );
        assert!(only(&[]).is_err());
    }

    /// A folder with the drives of three boot loaders.
    fn drives() -> (Temporary, Vec<PathBuf>) {
        let folder = Temporary::new().unwrap();
        let folders = ["other", "RPI-RP2", "RP2350"].map(|name| folder.join(name));
        for (path, id) in folders.iter().zip(["", "RPI-RP2", "RP2350"]) {
            fs::create_dir(path).unwrap();
            let text = format!("UF2 Bootloader v3.0\r\nModel: RP2\r\nBoard-ID: {id}\r\n");
            fs::write(path.join("INFO_UF2.TXT"), text).unwrap();
        }
        (folder, folders.to_vec())
    }

    #[test]
    fn the_drive_of_the_right_chip_gets_the_file() {
        let (drives, folders) = drives();
        assert_eq!(drive_of("RPI", &folders), None);
        assert_eq!(drive_of("RPI-RP2", &folders), Some(folders[1].clone()));
        let uf2 = drives.join("pico2-digits.uf2");
        fs::write(&uf2, "blocks").unwrap();
        let built = Built { elf: "digits".into(), uf2: Some(uf2) };
        let board = boards::select_one("pico2").unwrap();
        let put = |arguments: &[String]| {
            put(&Tools::default(), &folders, board, &built, Then::Start, arguments)
        };
        put(&[]).unwrap();
        assert_eq!(fs::read(folders[2].join("pico2-digits.uf2")).unwrap(), b"blocks");
        assert!(put(&["--verify".into()]).unwrap_err().to_string().contains("is a drive"));
    }

    #[test]
    fn options_of_the_probe_are_told_from_those_of_the_download() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let arguments = words("--allow-erase-all --probe 1:2 --verify --speed=400 --chip-erase");
        let picked: Vec<_> = of_probe(&arguments).into_iter().cloned().collect();
        assert_eq!(picked, words("--probe 1:2 --speed=400"));
    }
}
