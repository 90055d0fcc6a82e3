using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>txn</c>: how far an application has got, so that it can tell after a crash what it has committed.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#transaction-identifiers">Transaction Identifiers</see>.
/// </summary>
public sealed record SetTransaction : DeltaAction
{
    /// <summary>Identifier of the application.</summary>
    public required string AppId { get; init; }

    /// <summary>The application's own version number; grows with each of its commits.</summary>
    public required long Version { get; init; }

    /// <summary>When the version was set, in milliseconds since the epoch, if known.</summary>
    public long? LastUpdated { get; init; }

    internal override string Name => "txn";

    internal static SetTransaction Read(ref Utf8JsonReader reader)
    {
        string? appId = null;
        long? version = null,
            lastUpdated = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("appId"u8))
                appId = reader.TakeString();
            else if (reader.ValueTextEquals("version"u8))
                version = reader.TakeLong();
            else if (reader.ValueTextEquals("lastUpdated"u8))
                lastUpdated = reader.TakeLong();
            else
                reader.SkipValue();
        }

        return new SetTransaction
        {
            AppId = JsonFields.Required(appId, "appId"),
            Version = JsonFields.Required(version, "version"),
            LastUpdated = lastUpdated,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("appId", AppId);
        writer.WriteNumber("version", Version);
        writer.WriteOptional("lastUpdated", LastUpdated);
    }
}
