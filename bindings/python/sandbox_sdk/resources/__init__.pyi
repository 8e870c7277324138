# Generated from api/openapi.yaml by scripts/generate; do not edit.
from .sandboxes import SandboxesResource as SandboxesResource
from .volumes import VolumesResource as VolumesResource
