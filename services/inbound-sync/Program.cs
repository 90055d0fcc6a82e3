using Tideway.Contracts;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.InboundSync;

return await ProcessExit.OfAsync(async () =>
{
    var builder = TidewayHost.CreateBuilder(args, InboundSyncStartup.Name, EventRouting.All);
    builder.AddInboundSync();
    var app = builder.Build();
    app.UseTideway();
    app.MapInboundSync();
    await app.RunAsync();
});
