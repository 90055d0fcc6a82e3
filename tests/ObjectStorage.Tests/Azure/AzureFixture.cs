using Tideway.ObjectStorage.Azure;
using Tideway.ObjectStorage.Http;
using Tideway.ObjectStorage.Roots;
using Tideway.ObjectStorage.Tests.S3;
using Tideway.Testing.Servers;

namespace Tideway.ObjectStorage.Tests.Azure;

/// <summary>Roots in containers of their own on the server of this process.</summary>
internal static class AzureFixture
{
    public static StorageAccessOptions Options(AzureServer server) => new() { Endpoint = server.Endpoint, AccountKey = server.AccountKey };

    public static string Location(string container, string path) => $"abfss://{container}@{AzureServer.Account}.dfs.core.windows.net/{path}";

    public static async Task<AzureRoot> NewRootAsync(string path = "lake/tables", HttpMessageHandler? handler = null)
    {
        var server = await AzureServer.StartAsync();
        var location = RemoteLocation.TryParse(Location(await server.CreateContainerAsync(), path))!;
        return new AzureRoot(location, Options(server), TimeProvider.System, new StoreHttp(TimeProvider.System, S3Fixture.Quick, handler));
    }
}
