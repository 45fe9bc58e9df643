//! Two machines with a link between them, which can be cut: two network namespaces of this one.

use std::thread::sleep;

use crate::prelude::*;

/// The machines, and the addresses of their ends of the link.
const MACHINES: [&str; 2] = ["gan-scale-0", "gan-scale-1"];
const NETWORK: &str = "10.77.0";
/// What mpirun starts its daemons by in the place of ssh.
const AGENT: &str = "host=$1; shift\nexec ip netns exec \"$host\" sh -c \"$*\"\n";
/// How mpirun and its daemons find out that a link is cut: after 5 seconds without a word they ask
/// four times, every two seconds. docs/scale.md has it with longer times.
const KEEPALIVE: &str = "--mca oob_tcp_keepalive_time 5 --mca oob_tcp_keepalive_intvl 2 \
                         --mca oob_tcp_keepalive_probes 4";

/// The namespaces, which go with this value.
pub struct Link {
    agent: PathBuf,
}

impl Link {
    /// Makes the machines and the link; a file is put into the folder.
    pub fn new(folder: &Path) -> Result<Self> {
        let agent = folder.join("agent");
        fs::write(&agent, AGENT)?;
        let link = Self { agent };
        let [one, other] = MACHINES;
        for machine in MACHINES {
            // One that a killed task has left.
            let _ = ip(&format!("netns delete {machine}"));
            ip(&format!("netns add {machine}"))?;
            ip(&format!("-n {machine} link set lo up"))?;
        }
        ip(&format!("link add end netns {one} type veth peer name end netns {other}"))?;
        for (number, machine) in MACHINES.iter().enumerate() {
            ip(&format!("-n {machine} addr add {NETWORK}.{}/24 dev end", number + 1))?;
            ip(&format!("-n {machine} link set end up"))?;
        }
        Ok(link)
    }

    /// mpirun on the first machine, which starts a rank on each.
    pub fn mpirun(&self) -> Command {
        let [one, other] = MACHINES;
        let mut command = tool("ip", &format!("netns exec {one} mpirun --mca plm rsh"));
        command.args(["--mca", "plm_rsh_agent", &format!("sh {}", self.agent.display())]).words(
            &format!(
                "--mca btl tcp,self --mca btl_tcp_if_include {NETWORK}.0/24 \
             --mca oob_tcp_if_include {NETWORK}.0/24 {KEEPALIVE} --host {one}:1,{other}:1"
            ),
        );
        command
    }

    /// Cuts the link.
    pub fn cut(&self) -> Result<()> {
        ip(&format!("-n {} link set end down", MACHINES[1]))
    }

    /// Waits until no process is left on either machine.
    pub fn wait_until_left(&self, patience: Duration) -> Result<()> {
        let start = Instant::now();
        for machine in MACHINES {
            while !tool("ip", &format!("netns pids {machine}")).read()?.trim().is_empty() {
                ensure!(start.elapsed() <= patience, "processes are left in namespace {machine}");
                sleep(Duration::from_millis(100));
            }
        }
        Ok(())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        for machine in MACHINES {
            let left = tool("ip", &format!("netns pids {machine}")).read().unwrap_or_default();
            for process in left.split_whitespace() {
                let _ = tool("kill", &format!("-KILL {process}")).read();
            }
            let _ = ip(&format!("netns delete {machine}"));
        }
    }
}

fn ip(words: &str) -> Result<()> {
    tool("ip", words).read().map(|_| ())
}
