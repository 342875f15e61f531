output "container_definition" {
  value = local.container_definition
}

output "volumes" {
  description = "Volumes for the task definition"
  value       = var.read_cgroup ? local.cgroup_volumes : []
}
