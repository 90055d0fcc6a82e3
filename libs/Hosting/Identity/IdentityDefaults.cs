using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Tideway.Hosting.Identity;

/// <summary>Registers how callers are known.</summary>
internal static class IdentityDefaults
{
    public static void AddIdentityDefaults(this IServiceCollection services)
    {
        services.AddOptions<RecipientAuthOptions>().BindConfiguration(RecipientAuthOptions.Section).ValidateDataAnnotations();
        services.AddOptions<InternalOptions>().BindConfiguration(InternalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpClient(HttpCredentialSource.ClientName);
        services.AddSingleton<ICredentialCache, CredentialCache>();
        // The last registration counts: a process that hosts recipient-auth registers its own after this one.
        services.AddSingleton<ICredentialSource, HttpCredentialSource>();
        services.AddHostedService<CredentialSourceCheck>();
        // No scheme is the default one, so a route that asks for nobody costs no look-up, and protocol routes keep to their own ways.
        // AddAuthentication would also bring data protection, whose keys on disk nothing here needs.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, PrincipalAuthentication>(PrincipalAuthentication.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, InternalKeyAuthentication>(InternalKeyAuthentication.SchemeName, null);
        services.AddAuthorization();
    }
}
