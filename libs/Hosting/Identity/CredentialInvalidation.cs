using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Database;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;

namespace Tideway.Hosting.Identity;

/// <summary>Forgets credentials in every replica as soon as an event says that they changed.</summary>
public static class CredentialInvalidation
{
    /// <summary>
    /// Has this process forget the credentials of whom <typeparamref name="TEvent"/> is about. Each service asks for it; a process that hosts several
    /// of them listens once.
    /// </summary>
    public static WebApplicationBuilder AddCredentialInvalidation<TDatabase, TEvent>(
        this WebApplicationBuilder builder,
        string service,
        Func<TEvent, Guid> owner
    )
        where TDatabase : ServiceDatabase
        where TEvent : class
    {
        if (builder.Services.Any(registered => registered.ServiceType == typeof(CredentialOwner<TEvent>)))
            return builder;
        builder.Services.AddSingleton(new CredentialOwner<TEvent>(owner));
        return builder.AddBroadcastConsumer<TDatabase, ForgetCredentialsConsumer<TEvent>, TEvent>(service, "forget-credentials");
    }
}

/// <summary>Whose credentials an event is about.</summary>
internal sealed record CredentialOwner<TEvent>(Func<TEvent, Guid> Of);

/// <summary>Clears the cache; doing it twice does no harm.</summary>
internal sealed class ForgetCredentialsConsumer<TEvent>(ICredentialCache cache, CredentialOwner<TEvent> owner) : IBroadcastConsumer<TEvent>
    where TEvent : class
{
    public ValueTask HearAsync(TEvent message, CancellationToken cancellationToken) => cache.ForgetAsync(owner.Of(message), cancellationToken);
}
