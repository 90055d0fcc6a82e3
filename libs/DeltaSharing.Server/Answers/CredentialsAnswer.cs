using Microsoft.AspNetCore.Http;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.DeltaSharing.Server.Exchange;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>
/// The answer to a call for temporary credentials: one line of JSON, as <c>application/json</c>. The record says which folder they open, until when, and the
/// id by which the store's own logs name them, where they have one; never a secret.
/// </summary>
public sealed class CredentialsAnswer : IResult
{
    private readonly LocationCredentials credentials;
    private readonly byte[] json;

    private CredentialsAnswer(LocationCredentials credentials, byte[] json)
    {
        this.credentials = credentials;
        this.json = json;
    }

    /// <summary>Credentials of a table, which come in a wrapper.</summary>
    public static CredentialsAnswer OfTable(LocationCredentials credentials) => new(credentials, new TableCredentialsAnswer(credentials).ToJson());

    /// <summary>Credentials of anything else, which come by themselves.</summary>
    public static CredentialsAnswer Of(LocationCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new(credentials, credentials.ToJson());
    }

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var exchange = ProtocolExchange.Of(httpContext);
        exchange.AddParameter("credentialsLocation", credentials.Location);
        exchange.AddParameter("credentialsExpirationTime", credentials.ExpirationTime.ToString());
        exchange.AddParameter("credentialsAccessKeyId", credentials.AwsTempCredentials?.AccessKeyId);
        return new JsonAnswer(json).ExecuteAsync(httpContext);
    }
}
