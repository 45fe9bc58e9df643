//! The template `boards/template-pico`, from which `cargo generate` makes a firmware's project: it
//! is instantiated and built.

use object::{Object, ObjectSection};

use crate::boards;
use crate::prelude::*;
use crate::rustc;

/// The folder of the template, and the package of whose example its program is a copy.
const TEMPLATE: &str = "boards/template-pico";
const PACKAGE: &str = "boards/rp";
const NAME: &str = "my-digits";
const TARGET: &str = "thumbv6m-none-eabi";

/// Makes a project of the template and builds it.
pub fn check(toolchain: Toolchain, tally: &mut Tally) -> Result<()> {
    if toolchain != Toolchain::Rustup || boards::is_skipped("pico") {
        println!("SKIPPED: the template is built with rustup's targets and embassy's crates only");
        return Ok(());
    }
    let root = root();
    let (program, example) =
        (format!("{TEMPLATE}/src/main.rs"), format!("{PACKAGE}/src/bin/digit.rs"));
    let [copy, original] = [&program, &example].map(|path| shell::text(root.join(path)));
    ensure!(copy? == original?, "{program} is no copy of {example}");

    let project = Temporary::new()?;
    let model = vectors::default_model()?;
    let value = |path: &Path| path.display().to_string();
    let values = [("project-name", NAME), ("gan", &value(&root)), ("model", &value(&model))];
    shell::instantiate(&root.join(TEMPLATE), &project, &values)?;
    // The versions that the package was tried with.
    fs::copy(root.join(PACKAGE).join("Cargo.lock"), project.join("Cargo.lock"))?;
    let target = root.join(PACKAGE).join("target/xtask");
    let mut build = shell::cargo(&project);
    build.words("build --quiet --release --target-dir").arg(&target);
    rustc::wrap(&mut build)?;
    build.run()?;
    let elf = fs::read(target.join(TARGET).join("release").join(NAME))?;
    let file = object::File::parse(&*elf)?;
    let boot = file.section_by_name(".boot2").map(|section| section.size());
    ensure!(boot == Some(256), "what the RP2040 starts with has {boot:?} bytes, not 256");
    println!("{TEMPLATE}: a project of it is built");
    tally.pass();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pins of Wokwi's diagrams are those of boards.toml.
    #[test]
    fn diagrams_have_the_pins_of_the_boards() {
        let read = |board: &str| {
            let path = root().join(format!("boards/wokwi/{board}/diagram.json"));
            serde_json::from_str::<serde_json::Value>(&fs::read_to_string(path).unwrap()).unwrap()
        };
        let pico = read("pico");
        let leads = |from: &str, to: &str| {
            let connections = pico["connections"].as_array().unwrap();
            connections.iter().any(|wire| wire[0] == from && wire[1] == to)
        };
        let board = boards::select_one("pico").unwrap();
        let (data, clock) = board.oled.as_deref().unwrap().split_once(", ").unwrap();
        assert!(leads(&format!("pico:{data}"), "oled:SDA"), "{data}");
        assert!(leads(&format!("pico:{clock}"), "oled:SCL"), "{clock}");
        for (pin, to) in [("GP0", "$serialMonitor:RX"), ("GP1", "$serialMonitor:TX")] {
            assert!(board.serial.as_deref().unwrap().contains(pin));
            assert!(leads(&format!("pico:{pin}"), to), "{pin}");
        }
        assert_eq!(read("esp32-c3")["parts"][0]["type"], "board-esp32-c3-devkitm-1");
    }

    #[test]
    fn a_name_without_a_value_is_noticed() {
        let (from, to) = (root().join(TEMPLATE), Temporary::new().unwrap());
        let error = shell::instantiate(&from, &to, &[("project-name", NAME)]).unwrap_err();
        assert!(error.to_string().ends_with("a value is missing"), "{error}");
    }
}
