using System.Text.Json;
using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Tests.Writing;

/// <summary>Columns of tables that tests make.</summary>
internal static class TableColumns
{
    public static readonly DeltaType Long = new PrimitiveType(PrimitiveKind.Long);
    public static readonly DeltaType Text = new PrimitiveType(PrimitiveKind.String);
    public static readonly DeltaType Date = new PrimitiveType(PrimitiveKind.Date);
    public static readonly DeltaType Instant = new PrimitiveType(PrimitiveKind.Timestamp);

    /// <summary>A column with metadata; texts become JSON, everything else is taken as JSON.</summary>
    public static StructField Column(string name, DeltaType type, params (string Key, object Value)[] metadata) =>
        new(name, type) { Metadata = metadata.ToDictionary(pair => pair.Key, pair => JsonSerializer.Serialize(pair.Value)) };

    /// <summary>A column that is mapped.</summary>
    public static StructField Mapped(string name, DeltaType type, int id, string? physical = null) =>
        Column(name, type, ("delta.columnMapping.id", id), ("delta.columnMapping.physicalName", physical ?? $"col-{id}"));
}
