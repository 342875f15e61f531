# Pull on EC2: Prometheus scrapes the instances.

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
  source                 = "../service"
  name                   = "shop"
  cluster                = "shop"
  launch_type            = "EC2"
  destination            = "prometheus"
  security_group         = "sg-0123456789abcdef0"
  scraper_security_group = "sg-0123456789abcdef1"
}
