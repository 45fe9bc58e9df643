"""Checks shards.yaml against the schema of a version of Kubernetes, with unknown fields refused.

    pip install kubernetes-validate
    python examples/kubernetes/check.py

Prints the number of indices and the commands of the pods' containers as JSON, by which
`cargo xtask scale` runs what each pod would.
"""

import json
from pathlib import Path

import kubernetes_validate
import yaml

VERSION = "1.31"

job = yaml.safe_load((Path(__file__).parent / "shards.yaml").read_text())
kubernetes_validate.validate(job, VERSION, strict=True)
pod = job["spec"]["template"]["spec"]
commands = [container["command"] for container in pod["initContainers"] + pod["containers"]]
print(json.dumps({"completions": job["spec"]["completions"], "commands": commands}))
