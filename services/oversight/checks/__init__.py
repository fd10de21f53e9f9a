"""监察规则目录: rules over how a case was handled, as versioned data; every event keeps rule, version and inputs."""
