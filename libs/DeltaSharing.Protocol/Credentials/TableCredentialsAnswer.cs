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
            return new TableCredentialsAnswer(LocationCredentials.Checked(answer?.Credentials));
        }
        catch (JsonException exception)
        {
            throw LocationCredentials.Malformed(exception);
        }
    }

    /// <summary>The answer as one line of JSON: a client reads the body as one text.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, WireJson.Default.TableCredentialsAnswer);
}
