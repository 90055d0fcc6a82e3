using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Tideway.Hosting.Identity;

/// <summary>Who may call an endpoint or a group of them. Requirements add up: those of a group hold besides those of an endpoint in it.</summary>
public static class RoleRequirements
{
    /// <summary>Only our own principals that hold one of <paramref name="roles"/>, or <see cref="Roles.Admin"/>.</summary>
    public static TBuilder RequireRoles<TBuilder>(this TBuilder builder, params string[] roles)
        where TBuilder : IEndpointConventionBuilder
    {
        if (roles.Length == 0)
            throw new ArgumentException("At least one role was expected.", nameof(roles));
        if (roles.Except(Roles.All).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"'{unknown}' is not a role; there are {string.Join(", ", Roles.All)}.", nameof(roles));
        return builder.Require(new RequiredRoles(roles.Contains(Roles.Admin) ? roles : [.. roles, Roles.Admin]));
    }

    /// <summary>Any of our own principals, whatever its roles.</summary>
    public static TBuilder RequirePrincipal<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(new AuthorizationPolicyBuilder(PrincipalAuthentication.SchemeName).RequireAuthenticatedUser().Build());

    private static TBuilder Require<TBuilder>(this TBuilder builder, RequiredRoles required)
        where TBuilder : IEndpointConventionBuilder =>
        builder
            .RequireAuthorization(
                new AuthorizationPolicyBuilder(PrincipalAuthentication.SchemeName).RequireAuthenticatedUser().RequireRole(required.Roles).Build()
            )
            .WithMetadata(required);
}

/// <summary>The roles of which an endpoint needs one, for the text of a refusal.</summary>
internal sealed record RequiredRoles(IReadOnlyList<string> Roles);
