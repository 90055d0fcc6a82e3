using Tideway.InboundSync.Providers;
using Tideway.InboundSync.Syncs;

namespace Tideway.InboundSync.Tests.Storage;

/// <summary>What is put into a store to be found again.</summary>
internal static class StoredThings
{
    public static DateTimeOffset Start { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static Provider Provider(string name) =>
        new()
        {
            ProviderId = Guid.CreateVersion7(),
            Name = name,
            Endpoint = "https://acme.example/delta-sharing",
            Profile = "sealed",
            ShareCredentialsVersion = 1,
            ExpirationTime = Start.AddYears(1),
            Comment = "comment",
            Owner = "owner",
            CreatedAt = Start,
            CreatedBy = "creator",
            UpdatedAt = Start,
            UpdatedBy = "creator",
        };

    public static Sync Sync(Provider provider, string name, string? target) =>
        new()
        {
            SyncId = Guid.CreateVersion7(),
            Name = name,
            ProviderId = provider.ProviderId,
            ProviderName = provider.Name,
            Share = "s",
            SchemaName = "p",
            TableName = "t",
            Mode = SyncMode.Merge,
            KeyColumns = """["id","day"]""",
            TargetLocation = target ?? $"file:///lake/{name}",
            TargetRoot = "lake",
            IntervalSeconds = 60,
            DueAt = Start,
            DueTrigger = SyncTrigger.Timer,
            CreatedAt = Start,
            CreatedBy = "creator",
        };
}
