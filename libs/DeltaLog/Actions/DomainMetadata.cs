using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>domainMetadata</c>: configuration of a named domain.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#domain-metadata">Domain Metadata</see>.
/// </summary>
public sealed record DomainMetadata : DeltaAction
{
    /// <summary>Name of the domain.</summary>
    public required string Domain { get; init; }

    /// <summary>The domain's configuration, a string that only the domain understands.</summary>
    public required string Configuration { get; init; }

    /// <summary>Whether the domain is taken away.</summary>
    public required bool Removed { get; init; }

    internal override string Name => "domainMetadata";

    internal static DomainMetadata Read(ref Utf8JsonReader reader)
    {
        string? domain = null,
            configuration = null;
        bool? removed = null;
        while (reader.NextMember())
        {
            if (reader.ValueTextEquals("domain"u8))
                domain = reader.TakeString();
            else if (reader.ValueTextEquals("configuration"u8))
                configuration = reader.TakeString();
            else if (reader.ValueTextEquals("removed"u8))
                removed = reader.TakeBool();
            else
                reader.SkipValue();
        }

        return new DomainMetadata
        {
            Domain = JsonFields.Required(domain, "domain"),
            Configuration = JsonFields.Required(configuration, "configuration"),
            Removed = JsonFields.Required(removed, "removed"),
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("domain", Domain);
        writer.WriteString("configuration", Configuration);
        writer.WriteBoolean("removed", Removed);
    }
}
