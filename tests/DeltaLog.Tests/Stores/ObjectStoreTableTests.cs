using System.Text;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaLog.Tests.Conformance;
using Tideway.ObjectStorage;
using Tideway.ObjectStorage.Local;
using Tideway.ObjectStorage.Signing;
using Tideway.Testing.Servers;

namespace Tideway.DeltaLog.Tests.Stores;

/// <summary>A table is the same wherever its store is: on S3, on Azure and on the local disk.</summary>
public abstract class ObjectStoreTableTests
{
    /// <summary>Tables of other engines: a classic checkpoint, one in parts, one with sidecars, deletion vectors, a change feed.</summary>
    public static TheoryData<string> Tables =>
        [
            "dat/with_checkpoint",
            "golden/multi-part-checkpoint",
            "golden/v2-checkpoint-parquet",
            "golden/dv-partitioned-with-checkpoint",
            "golden/basic-with-inserts-deletes-checkpoint",
        ];

    /// <summary>Roots with one named <c>lake</c> in the store.</summary>
    protected abstract Task<StorageRoots> OpenAsync();

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_table_of_another_engine_is_what_its_local_copy_is(string name)
    {
        using var roots = await OpenAsync();
        var location = roots.Locate("lake", "tables/" + name);
        await UploadAsync(TestTables.Folder(name), roots.Open(location));
        var local = await new DeltaTable(new LocalObjectStore(TestTables.Folder(name)), TimeProvider.System).LoadAsync();
        // Anew from the address alone, as a service opens it.
        var table = new DeltaTable(roots.Open(roots.Resolve(location.Uri.AbsoluteUri)), TimeProvider.System);

        var remote = await table.LoadAsync();

        remote.Version.ShouldBe(local.Version);
        remote.Metadata.Id.ShouldBe(local.Metadata.Id);
        remote.Metadata.SchemaString.ShouldBe(local.Metadata.SchemaString);
        remote.Protocol.MinReaderVersion.ShouldBe(local.Protocol.MinReaderVersion);
        Describe(remote).ShouldBe(Describe(local));
        (await table.HistoryAsync().ToListAsync())
            .Select(commit => commit.Version)
            .ShouldBe(
                (await new DeltaTable(new LocalObjectStore(TestTables.Folder(name)), TimeProvider.System).HistoryAsync().ToListAsync()).Select(commit =>
                    commit.Version
                )
            );
    }

    [Fact]
    public async Task Every_file_that_a_recipient_is_given_an_address_of_is_read_by_it_byte_for_byte()
    {
        const string name = "golden/dv-partitioned-with-checkpoint";
        using var roots = await OpenAsync();
        var location = roots.Locate("lake", "tables/" + name);
        await UploadAsync(TestTables.Folder(name), roots.Open(location));
        var snapshot = await new DeltaTable(roots.Open(location), TimeProvider.System).LoadAsync();
        var signer = new StorageUrlSigner(roots, new NoLocalDisk());
        using var client = new HttpClient();
        await signer.PrepareAsync(location, TimeSpan.FromHours(1));

        foreach (var file in snapshot.Files)
        {
            var url = signer.Sign(location, FilePath.Key(file.Path, location.Uri), TimeSpan.FromHours(1), "test");

            (await client.GetByteArrayAsync(url.Url)).ShouldBe(
                await File.ReadAllBytesAsync(Path.Combine(TestTables.Folder(name), Uri.UnescapeDataString(file.Path)))
            );
            url.ExpiresAt.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(59));
        }
    }

    [Fact]
    public async Task A_file_that_the_log_gives_by_another_name_of_its_place_is_that_of_the_table()
    {
        using var roots = await OpenAsync();
        var location = roots.Locate("lake", "tables/a b");
        var address = location.Uri.AbsoluteUri;
        var (scheme, rest) = (address[..address.IndexOf(':', StringComparison.Ordinal)], address[address.IndexOf(':', StringComparison.Ordinal)..]);
        string[] names = scheme switch
        {
            "s3" => ["s3", "s3a", "s3n", "S3A"],
            "abfss" => ["abfss", "abfs"],
            _ => [scheme],
        };

        foreach (var name in names)
            FilePath.Key($"{name}{rest}/day=1/part%20x.parquet", location.Uri).ShouldBe("day=1/part x.parquet");
        foreach (var elsewhere in (string[])[$"{scheme}{rest}-2/x", "gs://other-bucket/x", $"{scheme}{rest}/../x", "/etc/passwd"])
            Should.Throw<DeltaLogException>(() => FilePath.Key(elsewhere, location.Uri)).Error.ShouldBe(DeltaLogError.FileOutsideTable);
    }

    [Fact]
    public async Task Commits_of_two_writers_at_once_are_both_there_and_a_checkpoint_holds_them()
    {
        using var roots = await OpenAsync();
        var location = roots.Locate("lake", "tables/ours");
        var table = new DeltaTable(roots.Open(location), TimeProvider.System);
        await table.BeginCreation(TableFolder.NewProtocol(), TableFolder.NewMetadata()).CommitAsync();
        var start = await table.LoadAsync();

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async number =>
                {
                    var transaction = new DeltaTable(roots.Open(location), TimeProvider.System).BeginTransaction(start);
                    transaction.Add(TableFolder.File($"part-{number}.parquet"));
                    return (await transaction.CommitAsync()).Version;
                })
        );
        await table.WriteCheckpointAsync(6);

        results.Order().ShouldBe([1, 2, 3, 4, 5, 6]);
        var snapshot = await new DeltaTable(roots.Open(location), TimeProvider.System).LoadAsync();
        snapshot.Version.ShouldBe(6);
        snapshot.Files.Select(file => file.Path).Order().ShouldBe(Enumerable.Range(0, 6).Select(number => $"part-{number}.parquet"));
        (await roots.Open(location).FindAsync("_delta_log/00000000000000000006.checkpoint.parquet")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_version_that_another_has_committed_is_not_written_over()
    {
        using var roots = await OpenAsync();
        var store = roots.Open(roots.Locate("lake", "tables/taken"));
        var theirs = Encoding.UTF8.GetBytes("theirs");
        (await store.PutIfAbsentAsync("_delta_log/00000000000000000001.json", theirs)).ShouldBeTrue();

        (await store.PutIfAbsentAsync("_delta_log/00000000000000000001.json", Encoding.UTF8.GetBytes("ours"))).ShouldBeFalse();

        await using var content = await store.OpenReadAsync("_delta_log/00000000000000000001.json");
        using var read = new MemoryStream();
        await content.CopyToAsync(read);
        read.ToArray().ShouldBe(theirs);
    }

    private static IEnumerable<string> Describe(Snapshot snapshot) =>
        snapshot
            .Files.Select(file =>
                $"{file.Path} {file.Size} {string.Join(',', file.PartitionValues.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}"))} {file.DeletionVector?.UniqueId} {file.Stats}"
            )
            .Order(StringComparer.Ordinal);

    private static async Task UploadAsync(string folder, IObjectStore store)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            await using var file = File.OpenRead(path);
            await store.PutAsync(Path.GetRelativePath(folder, path), file);
        }
    }

    private sealed class NoLocalDisk : IUrlSigner
    {
        public SignedUrl Sign(StorageLocation table, string key, TimeSpan lifetime, string requestId, string? context = null) =>
            throw new NotSupportedException();
    }
}

public sealed class S3TableTests : ObjectStoreTableTests
{
    protected override async Task<StorageRoots> OpenAsync()
    {
        var server = await S3Server.StartAsync();
        return new StorageRoots(
            new StorageRootOptions
            {
                Roots = { ["lake"] = $"s3://{await server.CreateBucketAsync()}/lake" },
                Access =
                {
                    ["lake"] = new StorageAccessOptions
                    {
                        Endpoint = server.Endpoint,
                        AccessKeyId = S3Server.AccessKeyId,
                        SecretAccessKey = S3Server.SecretAccessKey,
                    },
                },
            }
        );
    }
}

public sealed class AzureTableTests : ObjectStoreTableTests
{
    protected override async Task<StorageRoots> OpenAsync()
    {
        var server = await AzureServer.StartAsync();
        return new StorageRoots(
            new StorageRootOptions
            {
                Roots = { ["lake"] = $"abfss://{await server.CreateContainerAsync()}@{AzureServer.Account}.dfs.core.windows.net/lake" },
                Access =
                {
                    ["lake"] = new StorageAccessOptions { Endpoint = server.Endpoint, AccountKey = server.AccountKey },
                },
            }
        );
    }
}
