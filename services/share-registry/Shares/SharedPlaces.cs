using Tideway.Hosting.Database;
using Tideway.ObjectStorage;

namespace Tideway.ShareRegistry.Shares;

/// <summary>
/// The places of shared tables and volumes. They never overlap, in whatever shares they are: a file of a table leaves as the table allows, by version and by what
/// its deletion vectors leave of it, and never as it is through a volume. Volumes may overlap with volumes, and tables with tables, unless the outer one is
/// opened as a whole folder.
/// </summary>
internal static class SharedPlaces
{
    /// <summary>Looks at what was given a place in this transaction, which then is the only one that gives any until it ends.</summary>
    public static async Task<Refusal?> CheckAsync(
        ServiceTransaction transaction,
        IReadOnlyList<ShareTable> tables,
        IReadOnlyList<ShareVolume> volumes,
        CancellationToken cancellationToken
    )
    {
        if (tables.Count == 0 && volumes.Count == 0)
            return null;
        await transaction.ExecuteAsync(ShareSql.HoldPlaces, null, cancellationToken);
        if (tables.Count > 0)
        {
            var taken = await transaction.QueryAsync<Place>(ShareSql.PlacesOfVolumes, null, cancellationToken);
            foreach (var table in tables)
            {
                if (taken.FirstOrDefault(volume => LocationOverlap.ExistsByNow(table.Location, volume.Location)) is { } volume)
                    return Overlapping($"table '{table.SharedAs}'", table.Location, $"volume '{volume.FullName}'", volume.Location);
            }
        }

        var places = await transaction.QueryAsync<Place>(ShareSql.PlacesOfTables, null, cancellationToken);
        if (FindOpened(tables, places) is { } opened)
            return opened;
        if (volumes.Count > 0)
        {
            foreach (var volume in volumes)
            {
                if (places.FirstOrDefault(table => LocationOverlap.ExistsByNow(volume.Location, table.Location)) is { } table)
                    return Overlapping($"volume '{volume.SharedAs}'", volume.Location, $"table '{table.FullName}'", table.Location);
            }
        }

        return null;
    }

    // Credentials for a table's folder open all that is below it, and other tables may be there for others.
    private static Refusal? FindOpened(IReadOnlyList<ShareTable> tables, IReadOnlyList<Place> places)
    {
        foreach (var table in tables)
        {
            if (table.DirectoryAccess && places.FirstOrDefault(place => LocationOverlap.LiesBelow(place.Location, table.Location)) is { } below)
                return Opening($"table '{table.SharedAs}'", table.Location, $"table '{below.FullName}'", below.Location);
            if (places.FirstOrDefault(place => place.DirectoryAccess && LocationOverlap.LiesBelow(table.Location, place.Location)) is { } above)
                return Opening($"table '{above.FullName}'", above.Location, $"table '{table.SharedAs}'", table.Location);
        }

        return null;
    }

    private static Refusal Opening(string opened, string location, string other, string otherLocation) =>
        Refusal.Conflict(
            "LOCATION_OVERLAP",
            $"directory_access_enabled of {opened} opens its whole folder, {location}, in which {other} lies, at {otherLocation}."
        );

    private static Refusal Overlapping(string added, string location, string other, string otherLocation) =>
        Refusal.Conflict(
            "LOCATION_OVERLAP",
            $"storage_location of {added}, {location}, overlaps with that of {other}, {otherLocation}. Files of a table cannot be part of a volume."
        );

    private sealed record Place
    {
        public string Share { get; init; } = "";
        public string Schema { get; init; } = "";
        public string Name { get; init; } = "";
        public string Location { get; init; } = "";
        public bool DirectoryAccess { get; init; }

        public string FullName => $"{Share}.{Schema}.{Name}";
    }
}
