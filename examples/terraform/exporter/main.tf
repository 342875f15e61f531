# The container definition of ecs-container-exporter, and the permissions that it needs.

data "aws_region" "current" {}

locals {
  environment = {
    prometheus = {}
    cloudwatch = {
      OTEL_METRICS_EXPORTER               = "otlp"
      EXPORTER_HOST                       = "localhost"
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT = "https://monitoring.${data.aws_region.current.region}.amazonaws.com/v1/metrics"
      OTEL_EXPORTER_OTLP_COMPRESSION      = "gzip"
      RESOURCE_ATTRIBUTES_INCLUDE         = "aws.ecs.service.name,aws.ecs.task.family"
    }
    datadog = {
      OTEL_METRICS_EXPORTER                             = "otlp"
      EXPORTER_HOST                                     = "localhost"
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT               = "https://otlp.${var.datadog_site}/v1/metrics"
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE = "delta"
    }
  }

  secrets = {
    prometheus = {}
    cloudwatch = {}
    datadog    = { OTEL_EXPORTER_OTLP_METRICS_HEADERS = var.datadog_headers_secret_arn }
  }

  is_scraped = var.destination == "prometheus"

  port_mappings = {
    awsvpc = [{ containerPort = 9545, protocol = "tcp" }]
    bridge = [{ containerPort = 9545, hostPort = var.host_port, protocol = "tcp" }]
    host   = [{ containerPort = 9545, protocol = "tcp" }]
  }

  discovery_labels = {
    PROMETHEUS_EXPORTER_PORT     = "9545"
    ECS_PROMETHEUS_EXPORTER_PORT = "9545"
    ECS_PROMETHEUS_METRICS_PATH  = "/metrics"
  }

  cgroup_environment = { CGROUP_ROOT = "/host/sys/fs/cgroup" }
  cgroup_mounts      = [{ sourceVolume = "cgroup", containerPath = "/host/sys/fs/cgroup", readOnly = true }]
  cgroup_volumes     = [{ name = "cgroup", host_path = "/sys/fs/cgroup" }]

  all_environment = merge(
    local.environment[var.destination],
    var.read_cgroup ? local.cgroup_environment : {},
    var.environment,
  )
  all_secrets = merge(local.secrets[var.destination], var.secrets)

  container_definition = {
    name      = "ecs-container-exporter"
    image     = var.image
    essential = false
    # 0: stopped by a signal; 2: invalid configuration.
    restartPolicy = { enabled = true, ignoredExitCodes = [0, 2], restartAttemptPeriod = 60 }
    # The last export takes up to 12 seconds.
    stopTimeout            = 15
    cpu                    = var.cpu
    memory                 = var.memory
    user                   = "65532"
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    environment            = [for name, value in local.all_environment : { name = name, value = value }]
    secrets                = [for name, arn in local.all_secrets : { name = name, valueFrom = arn }]
    mountPoints            = var.read_cgroup ? local.cgroup_mounts : []
    portMappings           = local.is_scraped ? local.port_mappings[var.network_mode] : []
    dockerLabels           = merge(local.is_scraped ? local.discovery_labels : {}, var.docker_labels)
    healthCheck = {
      command     = ["CMD", "/nodejs/bin/node", "/app/ecs-container-exporter.cjs", "healthcheck"]
      interval    = 30
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }
    logConfiguration = var.log_configuration
  }
}

resource "aws_iam_role_policy" "push_metrics" {
  count = var.destination == "cloudwatch" ? 1 : 0
  name  = "push-metrics"
  role  = var.task_role_name
  policy = jsonencode({
    Version = "2012-10-17"
    # This action has no resource-level permissions.
    Statement = [{ Effect = "Allow", Action = "cloudwatch:PutMetricData", Resource = "*" }]
  })
}

resource "aws_iam_role_policy" "read_headers" {
  count = var.destination == "datadog" ? 1 : 0
  name  = "read-datadog-headers"
  role  = var.execution_role_name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = var.datadog_headers_secret_arn }]
  })
}
