using System.Globalization;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>
/// Metadata as callers give it, with what writers must add: ids and physical names of mapped columns, names of the hidden columns of row tracking.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#writer-requirements-for-column-mapping">Writer Requirements for Column Mapping</see>.
/// </summary>
internal static class CompletedMetadata
{
    /// <summary>The metadata; the same object where nothing is missing. <paramref name="before"/> is what the table has now, null for a new one.</summary>
    public static Metadata Of(Metadata metadata, Metadata? before)
    {
        var configuration = new Dictionary<string, string>(metadata.Configuration, StringComparer.Ordinal);
        var schemaString = metadata.SchemaString;
        if (ModeOf(metadata) is not "none")
        {
            var schema = SchemaJson.Parse(metadata.SchemaString);
            var highest = MappedColumns.HighestOf(metadata, schema);
            if (before is not null)
                highest = Math.Max(highest, MappedColumns.HighestOf(before, SchemaJson.Parse(before.SchemaString)));
            var mapped = new MappedColumns(highest, keepNames: before is not null && ModeOf(before) == "none");
            var completed = (StructType)mapped.Assign(schema);
            if (!completed.Equals(schema))
                schemaString = SchemaJson.Write(completed);
            configuration[MappedColumns.MaxIdProperty] = mapped.Highest.ToString(CultureInfo.InvariantCulture);
        }

        if (metadata.IsEnabled(TableProperties.EnableRowTracking))
        {
            configuration.TryAdd(RowTracking.IdColumnProperty, $"_row-id-col-{Guid.CreateVersion7()}");
            configuration.TryAdd(RowTracking.VersionColumnProperty, $"_row-commit-version-col-{Guid.CreateVersion7()}");
        }

        var isSame =
            schemaString == metadata.SchemaString && configuration.Count == metadata.Configuration.Count && !configuration.Except(metadata.Configuration).Any();
        return isSame ? metadata : metadata with { SchemaString = schemaString, Configuration = configuration };
    }

    private static string ModeOf(Metadata metadata) => metadata.Configuration.GetValueOrDefault(ColumnMapping.ModeProperty, "none");
}
