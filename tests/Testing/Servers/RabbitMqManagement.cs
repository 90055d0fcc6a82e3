using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Xunit;

namespace Tideway.Testing.Servers;

/// <summary>The management API of a RabbitMQ server that somebody else runs.</summary>
internal static class RabbitMqManagement
{
    private const string Variable = "TIDEWAY_TEST_RABBITMQ_MANAGEMENT";

    public static async Task CreateVirtualHostAsync(Uri broker, string name)
    {
        var address = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given.TrimEnd('/') : $"http://{broker.Host}:15672";
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(broker.UserInfo)))
        );
        try
        {
            using var created = await client.PutAsync($"{address}/api/vhosts/{name}", null);
            created.EnsureSuccessStatusCode();
            var user = Uri.UnescapeDataString(broker.UserInfo.Split(':')[0]);
            using var permitted = await client.PutAsJsonAsync(
                $"{address}/api/permissions/{name}/{Uri.EscapeDataString(user)}",
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["configure"] = ".*",
                    ["write"] = ".*",
                    ["read"] = ".*",
                }
            );
            permitted.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException exception)
        {
            Assert.Skip($"{RabbitMqServer.Variable} is set, but its management API at {address} ({Variable}) gives no virtual host: {exception.Message}");
        }
    }
}
