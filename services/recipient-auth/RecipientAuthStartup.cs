using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Tideway.Contracts.RecipientAuth;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth.Activation;
using Tideway.RecipientAuth.Introspection;
using Tideway.RecipientAuth.OAuth;
using Tideway.RecipientAuth.Principals;
using Tideway.RecipientAuth.Recipients;
using Tideway.RecipientAuth.Refusals;
using Tideway.RecipientAuth.Storage;

namespace Tideway.RecipientAuth;

/// <summary>Puts the service into a host, alone or beside others.</summary>
public static class RecipientAuthStartup
{
    /// <summary>Name of the service.</summary>
    public const string Name = "recipient-auth";

    /// <summary>Registers what the service is made of.</summary>
    public static void AddRecipientAuth(this WebApplicationBuilder builder)
    {
        builder.AddServiceDatabase((options, time) => new RecipientAuthDatabase(options, time));
        builder.Services.AddOptions<CredentialOptions>().BindConfiguration(CredentialOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RecipientStore>();
        builder.Services.AddSingleton<RecipientTokenStore>();
        builder.Services.AddSingleton<ActivationStore>();
        builder.Services.AddSingleton<ActivationAddress>();
        builder.AddRefusals(ActivationEndpoints.Path, Telemetry.Activations, (CredentialOptions options) => options.RefusedActivationsPerMinute);
        builder.Services.AddOptions<OAuthOptions>().BindConfiguration(OAuthOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<AccessTokenStore>();
        builder.Services.AddSingleton<IErrorDialect, TokenErrorDialect>();
        builder.AddRefusals(TokenEndpoint.Path, Telemetry.AccessTokens, (OAuthOptions options) => options.RefusedPerMinute);
        builder.Services.AddSingleton<PrincipalStore>();
        builder.Services.AddSingleton(provider => new FirstAdministrator(
            provider.GetRequiredService<RecipientAuthDatabase>(),
            provider.GetRequiredService<IOptions<CredentialOptions>>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        builder.Services.AddHostedService<BootstrapAdministrator>();
        builder.Services.AddSingleton<DatabaseCredentialSource>();
        builder.Services.AddSingleton<ICredentialSource>(provider => provider.GetRequiredService<DatabaseCredentialSource>());
        builder.AddCredentialInvalidation<RecipientAuthDatabase, CredentialsChanged>(Name, changed => changed.OwnerId);
        builder.Services.AddOptions<PublicOptions>().ValidateOnStart();
        // It writes the path of each request when it starts, and the path of an activation link is a secret.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
    }

    /// <summary>Maps the service's routes.</summary>
    public static void MapRecipientAuth(this WebApplication app)
    {
        app.MapRecipients();
        app.MapActivation();
        app.MapTokenEndpoint();
        app.MapPrincipals();
        app.MapIntrospection();
    }

    private static void AddRefusals<TOptions>(this WebApplicationBuilder builder, string path, Counter<long> outcomes, Func<TOptions, int> perMinute)
        where TOptions : class =>
        builder.Services.AddKeyedSingleton(
            path,
            (provider, _) =>
                new StrangerRefusals(
                    provider.GetRequiredService<RecipientAuthDatabase>(),
                    perMinute(provider.GetRequiredService<IOptions<TOptions>>().Value),
                    outcomes,
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<StrangerRefusals>>()
                )
        );
}
