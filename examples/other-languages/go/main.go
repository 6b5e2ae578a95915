package main

import (
	"example.com/pulumi-everest/sdk/go/everest"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")

		postgresql, err := everest.NewDatabaseProvider(ctx, "pg-operator", &everest.DatabaseProviderArgs{
			OperatorVersion: pulumi.String("3.0.0"),
		})
		if err != nil {
			return err
		}

		policy := everest.DeletionPolicyRetain
		orders, err := everest.NewDatabaseCluster(ctx, "orders", &everest.DatabaseClusterArgs{
			Namespace:      pulumi.String("databases"),
			Provider:       postgresql.Name,
			DeletionPolicy: &policy,
			Instances: everest.InstanceMap{
				"engine": &everest.InstanceArgs{
					Replicas:     pulumi.Int(3),
					Storage:      &everest.StorageArgs{Size: pulumi.String("100Gi")},
					EngineConfig: pulumi.Map{"max_connections": pulumi.Int(200)},
				},
				"proxy": &everest.InstanceArgs{Replicas: pulumi.Int(2)},
			},
			Backup: &everest.BackupArgs{
				Storages: everest.BackupStorageArray{
					&everest.BackupStorageArgs{
						Name:   pulumi.String("main"),
						Type:   everest.BackupStorageTypeS3,
						Bucket: pulumi.String("orders-backups"),
						Region: pulumi.String("eu-central-1"),
						Credentials: pulumi.StringMap{
							"AWS_ACCESS_KEY_ID":     pulumi.String(settings.Require("awsAccessKeyId")),
							"AWS_SECRET_ACCESS_KEY": settings.RequireSecret("awsSecretAccessKey"),
						},
						Schedules: everest.ScheduleArray{
							&everest.ScheduleArgs{
								Name:      pulumi.String("nightly"),
								Cron:      pulumi.String("0 3 * * *"),
								Retention: &everest.RetentionArgs{Count: pulumi.Int(7)},
							},
						},
					},
				},
			},
		})
		if err != nil {
			return err
		}

		ctx.Export("host", orders.Host)
		ctx.Export("versions", orders.Versions)
		return nil
	})
}
