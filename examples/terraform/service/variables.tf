variable "name" {
  type = string
}

variable "cluster" {
  type        = string
  description = "Name of the ECS cluster"
}

variable "launch_type" {
  type        = string
  description = "FARGATE, or EC2 with network mode bridge"
}

variable "destination" {
  type        = string
  description = "Destination of the metrics: prometheus, cloudwatch or datadog"
}

variable "subnets" {
  type        = list(string)
  description = "Subnets of the tasks on Fargate"
  default     = []
}

variable "security_group" {
  type        = string
  description = "Security group of the tasks on Fargate, or of the EC2 instances"
}

variable "scraper_security_group" {
  type        = string
  description = "Security group of Prometheus"
  default     = null
}

variable "datadog_headers_secret_arn" {
  type        = string
  description = "ARN of the secret with the header dd-api-key=..., as plain text"
  default     = null
}

variable "web_repository" {
  type    = string
  default = "shop/web"
}

variable "web_tag" {
  type    = string
  default = "2.14.0"
}

variable "exporter_repository" {
  type    = string
  default = "ecs-container-exporter"
}

variable "exporter_tag" {
  type    = string
  default = "3.0.0"
}
