variable "image" {
  type = string
}

variable "destination" {
  type        = string
  description = "Destination of the metrics: prometheus, cloudwatch or datadog"

  validation {
    condition     = contains(["prometheus", "cloudwatch", "datadog"], var.destination)
    error_message = "The destination must be prometheus, cloudwatch or datadog."
  }
}

variable "execution_role_name" {
  type        = string
  description = "Execution role. With destination datadog, it is granted read access to the secret"
  default     = null
}

variable "task_role_name" {
  type        = string
  description = "Task role. With destination cloudwatch, it is granted permission to push metrics"
  default     = null
}

variable "datadog_headers_secret_arn" {
  type        = string
  description = "ARN of the secret with the header dd-api-key=..., as plain text"
  default     = null
}

variable "datadog_site" {
  type    = string
  default = "datadoghq.com"
}

variable "network_mode" {
  type    = string
  default = "awsvpc"
}

variable "host_port" {
  type        = number
  description = "Host port with network mode bridge; 0 lets Docker choose"
  default     = 9545
}

variable "read_cgroup" {
  type        = bool
  description = "On EC2, read the cgroup of the task (CPU throttling and OOM kills). Requires the volumes of the output"
  default     = false
}

variable "cpu" {
  type    = number
  default = 32
}

variable "memory" {
  type    = number
  default = 128
}

variable "environment" {
  type        = map(string)
  description = "Additional variables, without secrets"
  default     = {}

  validation {
    condition = alltrue([
      for name in keys(var.environment) : !can(regex("_HEADERS$|^AWS_(ACCESS|SECRET|SESSION|CONTAINER)_", name))
    ])
    error_message = "A variable holds a secret: pass it through secrets."
  }
}

variable "secrets" {
  type        = map(string)
  description = "Additional variables as ARNs in Secrets Manager or Parameter Store, which the execution role must be allowed to read"
  default     = {}
}

variable "docker_labels" {
  type    = map(string)
  default = {}
}

variable "log_configuration" {
  type    = any
  default = null
}
