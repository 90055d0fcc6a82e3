using Tideway.Audit.Chain;
using Tideway.Audit.Forms;
using Tideway.Audit.Health;
using Tideway.Audit.Query;
using Tideway.Audit.Records;
using Tideway.Audit.Storage;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;

namespace Tideway.Audit;

/// <summary>Puts the audit service together, in a process of its own or beside the others.</summary>
public static class AuditStartup
{
    /// <summary>Name of the service.</summary>
    public const string Name = "audit";

    /// <summary>Adds the record, its consumers and what reads it.</summary>
    public static WebApplicationBuilder AddAudit(this WebApplicationBuilder builder)
    {
        builder.AddServiceDatabase((options, time) => new AuditDatabase(options, time));
        builder.Services.AddHostedService<AppendOnlyGuard>();
        builder.Services.AddScoped<RecordAppender>();
        foreach (var form in AuditForms.All)
            form.AddConsumer(builder);
        builder.AddCredentialInvalidation<AuditDatabase, CredentialsChanged>(Name, changed => changed.OwnerId);
        builder.Services.AddSingleton<RecordReader>();
        builder.Services.AddSingleton<ChainVerification>();
        builder.Services.AddSingleton<HealthProjection>();
        builder.Services.AddSingleton<HealthReader>();
        builder.Services.AddHostedService<HealthRefresher>();
        return builder;
    }

    /// <summary>Maps the audit and health API.</summary>
    public static WebApplication MapAudit(this WebApplication app)
    {
        AuditEndpoints.MapAudit(app);
        app.MapChain();
        app.MapHealth();
        return app;
    }
}
