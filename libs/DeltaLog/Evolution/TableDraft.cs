using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>Protocol and metadata of a table while they are being changed.</summary>
internal sealed class TableDraft
{
    private readonly Snapshot snapshot;
    private readonly HashSet<string> features = new(StringComparer.Ordinal);

    public TableDraft(Snapshot snapshot)
    {
        this.snapshot = snapshot;
        Schema = snapshot.Schema;
        Metadata = snapshot.Metadata;
    }

    public Uri Root => snapshot.TableRoot;

    public Protocol Protocol => snapshot.Protocol;

    public StructType Schema { get; private set; }

    public Metadata Metadata { get; private set; }

    public ColumnMappingMode Mode => ColumnMapping.Of(FinalProtocol(), Metadata);

    /// <summary>Whether anything differs from the table as it is.</summary>
    public bool IsChanged => !ReferenceEquals(Metadata, snapshot.Metadata) || !ReferenceEquals(FinalProtocol(), snapshot.Protocol);

    public void Set(StructType schema)
    {
        if (schema.Equals(Schema))
            return;
        Schema = schema;
        Metadata = Metadata with { SchemaString = SchemaJson.Write(schema) };
    }

    public void Set(Metadata metadata) => Metadata = metadata;

    /// <summary>Sets a property, or takes it away.</summary>
    public void Set(string property, string? value)
    {
        if (Metadata.Configuration.GetValueOrDefault(property) == value)
            return;
        var configuration = new Dictionary<string, string>(Metadata.Configuration, StringComparer.Ordinal);
        if (value is null)
            configuration.Remove(property);
        else
            configuration[property] = value;
        Metadata = Metadata with { Configuration = configuration };
    }

    /// <summary>Asks for a feature beyond those that schema and properties need.</summary>
    public void Require(string feature) => features.Add(feature);

    /// <summary>The table's protocol, raised where it must be; the same object where it need not.</summary>
    public Protocol FinalProtocol() => NewTableProtocol.With(snapshot.Protocol, Schema, Metadata.Configuration, features);

    public DeltaLogException Refuse(DeltaLogError error, string message) => new(error, message) { TableRoot = Root, Version = snapshot.Version };
}
