# A service with one application container and the exporter, in an existing cluster.

data "aws_region" "current" {}

data "aws_ecs_cluster" "cluster" {
  cluster_name = var.cluster
}

data "aws_ecr_repository" "web" {
  name = var.web_repository
}

data "aws_ecr_repository" "exporter" {
  name = var.exporter_repository
}

locals {
  network_mode = var.launch_type == "EC2" ? "bridge" : "awsvpc"
  log_options = {
    awslogs-group  = aws_cloudwatch_log_group.service.name
    awslogs-region = data.aws_region.current.region
  }

  web = {
    name             = "web"
    image            = "${data.aws_ecr_repository.web.repository_url}:${var.web_tag}"
    essential        = true
    cpu              = 640
    memory           = 1280
    portMappings     = [{ containerPort = 8080, protocol = "tcp" }]
    logConfiguration = { logDriver = "awslogs", options = merge(local.log_options, { awslogs-stream-prefix = "web" }) }
  }
  exporter_log_options = {
    awslogs-stream-prefix = "exporter"
    mode                  = "non-blocking"
    max-buffer-size       = "1m"
  }
}

module "exporter" {
  source                     = "../exporter"
  image                      = "${data.aws_ecr_repository.exporter.repository_url}:${var.exporter_tag}"
  destination                = var.destination
  execution_role_name        = aws_iam_role.execution.name
  task_role_name             = aws_iam_role.task.name
  datadog_headers_secret_arn = var.datadog_headers_secret_arn
  network_mode               = local.network_mode
  read_cgroup                = var.launch_type == "EC2"
  log_configuration          = { logDriver = "awslogs", options = merge(local.log_options, local.exporter_log_options) }
}

resource "aws_cloudwatch_log_group" "service" {
  name              = "/ecs/${var.name}"
  retention_in_days = 30
}

resource "aws_ecs_task_definition" "service" {
  family                   = var.name
  requires_compatibilities = [var.launch_type]
  network_mode             = local.network_mode
  cpu                      = 1024
  memory                   = 2048
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode([local.web, module.exporter.container_definition])

  dynamic "runtime_platform" {
    for_each = var.launch_type == "FARGATE" ? ["X86_64"] : []
    content {
      operating_system_family = "LINUX"
      cpu_architecture        = runtime_platform.value
    }
  }

  dynamic "volume" {
    for_each = module.exporter.volumes
    content {
      name      = volume.value.name
      host_path = volume.value.host_path
    }
  }
}

resource "aws_ecs_service" "service" {
  name            = var.name
  cluster         = data.aws_ecs_cluster.cluster.arn
  task_definition = aws_ecs_task_definition.service.arn
  launch_type     = var.launch_type
  desired_count   = 2
  # The tag by which Prometheus finds the service.
  tags = var.destination == "prometheus" ? { metrics = "ecs-container-exporter" } : {}

  # On EC2, the port of the instance allows one task per instance, so a deployment first stops a task.
  deployment_minimum_healthy_percent = var.launch_type == "EC2" ? 50 : 100
  deployment_maximum_percent         = var.launch_type == "EC2" ? 100 : 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  # The tasks need the permissions when they start.
  depends_on = [aws_iam_role_policy.start_task, module.exporter]

  dynamic "network_configuration" {
    for_each = var.launch_type == "FARGATE" ? [var.subnets] : []
    content {
      subnets         = network_configuration.value
      security_groups = [var.security_group]
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "scrape" {
  count                        = var.destination == "prometheus" ? 1 : 0
  description                  = "Prometheus scrapes ecs-container-exporter"
  security_group_id            = var.security_group
  referenced_security_group_id = var.scraper_security_group
  ip_protocol                  = "tcp"
  from_port                    = 9545
  to_port                      = 9545
}
