# Echoes on Mojolicious.
use Mojolicious::Lite -signatures;

websocket '/' => sub ($self) {
  $self->tx->with_protocols('chat.v1');
  $self->tx->with_compression;
  $self->tx->max_websocket_size(1 << 22);
  $self->on(text => sub ($self, $bytes) {
    if ($bytes =~ /^!close (\d+) (\S+)/) { $self->tx->finish($1, $2); return }
    $self->send({text => $bytes});
  });
  $self->on(binary => sub ($self, $bytes) { $self->send({binary => $bytes}) });
};
get '/moved' => sub ($self) { $self->redirect_to('/') };

app->start('daemon', '-l', "http://127.0.0.1:$ARGV[0]");
