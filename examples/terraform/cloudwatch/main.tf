# Push to CloudWatch, on Fargate.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

module "shop" {
  source         = "../service"
  name           = "shop"
  cluster        = "shop"
  launch_type    = "FARGATE"
  destination    = "cloudwatch"
  subnets        = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  security_group = "sg-0123456789abcdef0"
}
