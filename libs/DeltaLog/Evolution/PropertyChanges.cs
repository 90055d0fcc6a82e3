using System.Globalization;
using System.Text.Json;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Commit;
using Tideway.DeltaLog.Features;
using Tideway.DeltaLog.Schema;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Evolution;

/// <summary>Sets properties, with all that hangs on them.</summary>
internal static class PropertyChanges
{
    public static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonText.Options);

    public static void Set(TableDraft draft, IReadOnlyDictionary<string, string> properties)
    {
        foreach (var (name, value) in properties)
        {
            if (PropertyRules.Reason(name, value) is { } reason)
                throw Refuse(draft, name, reason);
            if (name.StartsWith(PropertyRules.FeaturePrefix, StringComparison.Ordinal))
                Require(draft, name[PropertyRules.FeaturePrefix.Length..]);
            else if (name == ColumnMapping.ModeProperty)
                SetMode(draft, value.ToLowerInvariant());
            else
                draft.Set(name, value);
        }

        RequireTogether(draft);
        if (draft.Metadata.IsEnabled(TableProperties.EnableRowTracking))
            draft.Set(CompletedMetadata.Of(draft.Metadata, draft.Metadata));
    }

    public static void Unset(TableDraft draft, IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
        {
            if (PropertyRules.Reason(name, null) is { } reason)
                throw Refuse(draft, name, reason);
            if (name == ColumnMapping.ModeProperty)
                SetMode(draft, "none");
            else
                draft.Set(name, null);
        }
    }

    /// <summary>Adds a feature to the protocol.</summary>
    public static void Require(TableDraft draft, string feature)
    {
        if (!TableFeatures.All.TryGetValue(feature, out var known) || !known.Support.HasFlag(FeatureSupport.Commit))
            throw draft.Refuse(DeltaLogError.UnsupportedWriterFeature, $"The feature {feature} cannot be added to '{draft.Root}': it is not supported.");
        draft.Require(feature);
    }

    /// <summary>
    /// Commits the files without row ids again, so that they get some, as rows must have them from this version on.
    /// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#row-ids">Row IDs</see>.
    /// </summary>
    public static void AddMissingRowIds(DeltaTransaction transaction, Snapshot snapshot)
    {
        foreach (var file in snapshot.Files.Where(file => file.BaseRowId is null))
            transaction.Add(file with { DataChange = false });
        transaction.PreservesRowIds = true;
    }

    private static void SetMode(TableDraft draft, string mode)
    {
        var before = draft.Metadata.Configuration.GetValueOrDefault(ColumnMapping.ModeProperty, "none");
        if (mode == before || (mode == "none" && draft.Mode == ColumnMappingMode.None && before == "none"))
            return;
        if (before != "none" || mode != "name")
            throw Refuse(draft, ColumnMapping.ModeProperty, $"it can be changed from none to name, not from {before} to {mode}");
        var mapped = new MappedColumns(MappedColumns.HighestOf(draft.Metadata, draft.Schema), keepNames: true);
        var schema = (StructType)mapped.Assign(draft.Schema);
        draft.Set(schema);
        draft.Set(ColumnMapping.ModeProperty, mode);
        draft.Set(MappedColumns.MaxIdProperty, mapped.Highest.ToString(CultureInfo.InvariantCulture));
    }

    private static void RequireTogether(TableDraft draft)
    {
        if (draft.Metadata.IsEnabled(TableProperties.EnableRowTracking) && draft.Metadata.IsEnabled(TableProperties.RowTrackingSuspended))
            throw Refuse(draft, TableProperties.EnableRowTracking, $"{TableProperties.RowTrackingSuspended} is true");
    }

    private static DeltaLogException Refuse(TableDraft draft, string name, string reason) =>
        draft.Refuse(DeltaLogError.InvalidProperty, $"The property {name} of '{draft.Root}' cannot be changed so: {reason}.");
}
