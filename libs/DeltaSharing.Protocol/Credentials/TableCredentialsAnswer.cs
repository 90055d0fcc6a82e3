using System.Text.Json;

namespace Tideway.DeltaSharing.Protocol.Credentials;

/// <summary>The answer to the call for temporary credentials of a table: <c>{"credentials": {...}}</c>.</summary>
/// <param name="Credentials">The credentials.</param>
public sealed record TableCredentialsAnswer(LocationCredentials Credentials)
{
    /// <summary>Reads the answer. Throws <see cref="SharingProtocolException"/> where it is malformed.</summary>
    public static TableCredentialsAnswer Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(json, WireJson.Default.TableCredentialsAnswer);
            var credentials = LocationCredentials.Checked(answer?.Credentials);
            return credentials.Location is null ? throw new JsonException("Expected a location.") : new TableCredentialsAnswer(credentials);
        }
        catch (JsonException exception)
        {
            throw LocationCredentials.Malformed(exception);
        }
    }

    /// <summary>The answer as one line of JSON: a client reads the body as one text.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Default.TableCredentialsAnswer);
}
