using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Hosting.Database;
using Tideway.ObjectStorage;
using Tideway.Testing.Servers;

namespace Tideway.CdfPublisher.Tests.Changes;

/// <summary>Row changes of tables in an object store that the parquet format cannot express, with copies in that store.</summary>
public sealed class PlainChangesStoreTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task The_rows_that_changed_are_read_back_by_addresses_of_the_store(bool vectors, bool mapped)
    {
        var server = await S3Server.StartAsync();
        var bucket = await server.CreateBucketAsync();
        using var storage = new TempFolder();
        using var database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        var (share, tokens) = (new ShareEvents(), new KnownTokens());
        tokens.AddRecipient(share.Token, share.RecipientId, share.RecipientName);
        await using var host = await PublisherHost.StartAsync(
            database,
            storage.Path,
            tokens,
            settings:
            [
                $"--Storage:Roots:cloud=s3://{bucket}/lake",
                .. Access(server, "cloud"),
                $"--PlainCopies:Folder=s3://{bucket}/copies",
                .. Access(server, "plain-copies"),
            ]
        );
        using var table = await ChangingTable.MakeAsync(Path.Combine(storage.Path, "orders"), vectors, mapped, partitioned: true);
        var roots = host.Services.GetRequiredService<StorageRoots>();
        var store = roots.Open(roots.Resolve($"s3://{bucket}/lake/orders"));
        foreach (var path in Directory.EnumerateFiles(table.Folder, "*", SearchOption.AllDirectories))
        {
            await using var file = File.OpenRead(path);
            await store.PutAsync(Path.GetRelativePath(table.Folder, path), file);
        }

        await share.CreateAsync(host, 1, ShareEvents.TableAt($"s3://{bucket}/lake/orders"));
        await share.GrantAsync(host, 2);

        using var answer = await host.ClientOf(share.Token).GetAsync("/delta-sharing/shares/sales/schemas/public/tables/orders/changes?startingVersion=1");
        var lines = await PlainLines.ReadAsync(answer);

        using var client = new HttpClient();
        var local = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, file) in PlainLines.Files(lines))
        {
            var url = file.GetProperty("url").GetString()!;
            url.ShouldStartWith(server.Endpoint.ToString());
            local[url] = Path.Combine(storage.Path, $"{local.Count}.parquet");
            await File.WriteAllBytesAsync(local[url], await client.GetByteArrayAsync(url));
            new FileInfo(local[url]).Length.ShouldBe(file.GetProperty("size").GetInt64());
        }

        var sql = PlainLines.RowsSql(lines, table.NameColumn, file => local[file.GetProperty("url").GetString()!]);
        table.Texts(sql).ShouldBe(table.Expected.Order(StringComparer.Ordinal));
        local.Keys.ShouldContain(url => url.Contains($"/{bucket}/copies/", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Access(S3Server server, string root) =>
        [
            $"--Storage:Access:{root}:Endpoint={server.Endpoint}",
            $"--Storage:Access:{root}:AccessKeyId={S3Server.AccessKeyId}",
            $"--Storage:Access:{root}:SecretAccessKey={S3Server.SecretAccessKey}",
        ];
}
