using System.Text.Json;
using Tideway.ObjectStorage;
using Tideway.Testing.Servers;

namespace Tideway.ShareRegistry.Tests.Hosts;

/// <summary>Puts tables into an object store.</summary>
internal static class CloudTables
{
    public static Task UploadAsync(RegistryProcess process, LakeTable table, string location) => UploadAsync(process, table.Folder, location);

    public static async Task UploadAsync(RegistryProcess process, string folder, string location)
    {
        var roots = process.Get<StorageRoots>();
        var store = roots.Open(roots.Resolve(location));
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            await using var file = File.OpenRead(path);
            await store.PutAsync(Path.GetRelativePath(folder, path), file);
        }
    }
}

/// <summary>A folder of an S3 server as somebody sees it who has temporary credentials.</summary>
internal sealed class CloudFolder : IDisposable
{
    private readonly StorageRoots roots;
    private readonly IObjectStore store;

    private CloudFolder(StorageRoots roots)
    {
        this.roots = roots;
        store = roots.Open(roots.Locate("given", ""));
    }

    public static CloudFolder Open(S3Server server, string location, JsonElement keys) =>
        new(
            new StorageRoots(
                new StorageRootOptions
                {
                    Roots = { ["given"] = location },
                    Access =
                    {
                        ["given"] = new StorageAccessOptions
                        {
                            Endpoint = server.Endpoint,
                            AccessKeyId = keys.GetProperty("accessKeyId").GetString(),
                            SecretAccessKey = keys.GetProperty("secretAccessKey").GetString(),
                            SessionToken = keys.GetProperty("sessionToken").GetString(),
                        },
                    },
                }
            )
        );

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix) => store.ListAsync(prefix);

    public Task<Stream> OpenReadAsync(string key) => store.OpenReadAsync(key);

    public Task PutAsync(string key, Stream content) => store.PutAsync(key, content);

    public void Dispose() => roots.Dispose();
}
